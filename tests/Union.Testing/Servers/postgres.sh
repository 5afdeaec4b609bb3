#!/bin/bash
# Starts a PostgreSQL on 127.0.0.1:$2 with TLS and nothing else. $1 = an empty folder for its files, which already holds
# server.key and server.crt; $3 = "durable" for fsync on, as a crash test needs it. As root it runs as user postgres,
# since PostgreSQL refuses root. $4 = "observed" to have every plan in the log. Its process id is the first line of $1/data/postmaster.pid.
set -e
folder=$1 port=$2 durable=$3 observed=$4
bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(readlink -f "$(command -v initdb)")")
as() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
    as() { runuser -u postgres -- "$@"; }
    chown -R postgres "$folder"
fi
# Started again after a crash: the data is there.
if [ ! -d "$folder/data" ]; then
    # No password: whoever can connect to this port of loopback may do so anyway, and the files are gone with the test.
    as "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --no-sync -E UTF8 --locale=C.UTF-8
    cat >> "$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
ssl = on
ssl_key_file = '$folder/server.key'
ssl_cert_file = '$folder/server.crt'
max_connections = 300
shared_buffers = 64MB
CONF
    [ "$durable" = durable ] || printf 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n' >> "$folder/data/postgresql.conf"
    [ "$observed" != observed ] || cat >> "$folder/data/postgresql.conf" << CONF
session_preload_libraries = auto_explain
auto_explain.log_min_duration = -1
auto_explain.log_analyze = on
auto_explain.log_timing = off
auto_explain.log_format = json
CONF
    printf 'hostssl all all 127.0.0.1/32 trust\n' > "$folder/data/pg_hba.conf"
fi
cd /
as "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 start
