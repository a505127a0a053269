#!/bin/sh
# Makes the secrets of docker-compose.yml, once: a pgpass file with a password for each role, the
# superuser's password for itself, and a password for Grafana. They stay in deploy/secrets, which git ignores.
set -eu
cd -- "$(dirname -- "$0")"
mkdir -p secrets
chmod 700 secrets
umask 077
new() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

if [ ! -f secrets/pgpass ]; then
  new >secrets/postgres
  {
    echo "*:*:*:postgres:$(cat secrets/postgres)"
    for role in crossdock order_intake stock_receipts allocation shipping payments notifications auditor; do
      echo "*:*:*:$role:$(new)"
    done
  } >secrets/pgpass
fi
[ -f secrets/grafana ] || new >secrets/grafana
# Containers read the files as the user who made them.
printf 'CROSSDOCK_UID=%s\nCROSSDOCK_GID=%s\n' "$(id -u)" "$(id -g)" >../.env
echo "secrets are in $(pwd)/secrets; docker compose reads .env"
