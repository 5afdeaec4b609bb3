set -e
n=$(cat "$UNION_INPUTS/n")
for i in 0 1; do
  union action enqueue square.yaml --name "s$i" --group squares --input n=$((n + i)) > /dev/null
done
union action wait s0 s1 > /dev/null
echo $(($(union action output s0 square) + $(union action output s1 square))) > "$UNION_OUTPUTS/total"
