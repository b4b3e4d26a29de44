#!/bin/sh
# Write settings.env, owner.env and postgres.env beside compose.yaml, once: passwords and keys.
set -eu
umask 077
cd "$(dirname "$0")"
if [ -e settings.env ]; then
	echo "new-secrets.sh: settings.env exists already; without its keys no pension number can be read" >&2
	exit 5
fi
echo "POSTGRES_PASSWORD=$(openssl rand -hex 24)" >postgres.env
cat >owner.env <<END
DATABASE_MIGRATION_URL=postgresql://clientupdater_owner:$(openssl rand -hex 24)@postgres:5432/clientupdater
END
cat >settings.env <<END
DATABASE_URL=postgresql://clientupdater:$(openssl rand -hex 24)@postgres:5432/clientupdater
DATABASE_WORKER_URL=postgresql://clientupdater_worker:$(openssl rand -hex 24)@postgres:5432/clientupdater
ENCRYPTION_KEYS=key1:$(openssl rand -base64 32)
BLIND_INDEX_KEY=$(openssl rand -base64 32)
OPS_TOKEN=$(openssl rand -hex 24)
END
mkdir -p drop
