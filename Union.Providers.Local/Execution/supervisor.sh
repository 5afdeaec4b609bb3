# Runs one attempt in its own session and outlives the compute plane: output goes to files of the attempt's folder,
# which is the working directory. Standard input is a pipe with the environment, so that no secret is ever in an
# argument or a file; it becomes descriptor 3. A file counts as written once its line break stands there.
#   $1 sandboxed | bare      $2 seconds until everything is killed    $3 KiB of data
#   $4 seconds of processor  $5 processes                             $6 blocks of 512 bytes a file may have
#   $7 the file that takes a process into the attempt's group, or nothing
#   then the command line to run
umask 077
exec 3<&0 </dev/null >>stdout 2>>stderr
# Caught, not ignored: an ignored signal would stay ignored in the task.
trap : HUP INT TERM
# Field 22 of stat is the start time; the name before it may hold anything but ends with the last parenthesis.
identity() { shift 19; echo "$$ $1"; }
read -r stat </proc/$$/stat
identity ${stat##*) } >pid
(
  mode=$1 seconds=$2
  # Before there is anything of the task; 0 is who writes.
  if [ -n "$7" ]; then echo 0 >"$7" || exit 125; fi
  ulimit -c 0
  ulimit -d "$3"
  ulimit -t "$4"
  # The same limit has another letter in bash and in dash.
  ulimit -u "$5" 2>/dev/null || ulimit -p "$5"
  ulimit -f "$6"
  shift 7
  if [ "$mode" = sandboxed ]; then
    exec timeout -k 1 "$seconds" bwrap --args 3 --json-status-fd 4 -- "$@" 4>status
  else
    # What is read from the pipe ends with the exec, so a pipe that was cut runs nothing.
    exec timeout -k 1 "$seconds" env -i "UNION_ATTEMPT_KEY=$UNION_ATTEMPT_KEY" sh -c '. /dev/fd/3' sh "$@"
  fi
)
echo $? >exit
