#!/bin/bash
# Starts a single-node Ceph on 127.0.0.1: one monitor, one OSD in memory, and radosgw, which verifies SigV4 for real.
# $1 = an empty folder for its files, $2 = base port: the monitor listens there, S3 on $2+1, the OSD on $2+10 to $2+40.
# Each daemon leaves its process id in $1/run/*.pid. Ends with 0 when S3 answers, the user of $3 (access key) and $4
# (secret key) exists, owns the bucket "test-bucket", and may assume the role "signer".
set -e
folder=$1 port=$2
mkdir -p "$folder"/{mon,osd,mgr,run,log}
cd "$folder"
fsid=$(cat /proc/sys/kernel/random/uuid)
cat > ceph.conf <<CONF
[global]
fsid = $fsid
mon initial members = a
mon host = v1:127.0.0.1:$port
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
keyring = $folder/keyring
auth allow insecure global id reclaim = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 1073741824
osd memory target = 939524096
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 2000
mon data avail warn = 1
mon data avail crit = 1
mon osd full ratio = .99
mon osd nearfull ratio = .98
run dir = $folder/run
admin socket = $folder/run/\$cluster-\$name.asok
log file = $folder/log/\$name.log
pid file = $folder/run/\$name.pid
mon data = $folder/mon
osd data = $folder/osd
mgr data = $folder/mgr
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$((port + 1))
rgw thread pool size = 32
rgw s3 auth use sts = true
rgw sts key = abcdefghijklmnop
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = testkey-1=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= testkey-2=YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=
[osd]
ms bind port min = $((port + 10))
ms bind port max = $((port + 40))
CONF

# Waits at most a minute for the command behind it.
until_true() {
    for _ in $(seq 120); do
        "$@" && return
        sleep .5
    done
    echo "gave up on: $*" >&2
    return 1
}
osd_is_up() { timeout 10 ceph -c ceph.conf osd stat 2>/dev/null | grep -q '1 up'; }
s3_answers() { curl --silent --max-time 2 --output /dev/null "http://127.0.0.1:$((port + 1))/"; }

# With keys and not "auth = none": a client that need not prove itself may send its first command before the monitor has
# told it the id of the cluster, and then hears "wrong fsid". The exchange of keys comes behind that.
ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *'
for name in client.admin client.rgw osd.0; do
    ceph-authtool keyring --gen-key -n $name --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
done
monmaptool --create --clobber --fsid "$fsid" --addv a "[v1:127.0.0.1:$port]" monmap
ceph-mon -c ceph.conf --mkfs -i a --monmap monmap --keyring keyring
ceph-mon -c ceph.conf -i a
osd=$(cat /proc/sys/kernel/random/uuid)
timeout 30 ceph -c ceph.conf osd new "$osd"
ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd" --no-mon-config
ceph-osd -c ceph.conf -i 0
until_true osd_is_up
radosgw -c ceph.conf -n client.rgw
until_true s3_answers
# The first request makes the pools, and a server that is still busy with them answers with an error.
bucket_is_made() {
    local empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    curl --silent --fail --max-time 10 --output /dev/null --aws-sigv4 aws:amz:us-east-1:s3 --user "$1:$2" \
        --header "x-amz-content-sha256: $empty" --request PUT "http://127.0.0.1:$((port + 1))/test-bucket"
}
admin() { timeout 60 radosgw-admin -c ceph.conf "$@" > /dev/null; }
admin user create --uid=test --display-name=test --access-key="$3" --secret-key="$4"
admin role create --role-name=signer --assume-role-policy-doc='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"AWS": ["arn:aws:iam:::user/test"]}, "Action": ["sts:AssumeRole"]}]}'
admin role-policy put --role-name=signer --policy-name=all --policy-doc='{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}]}'
until_true bucket_is_made "$3" "$4"
