#!/bin/sh
# Install the release that this script belongs to:
#
#     deploy/install.sh FOLDER [all]
#
# FOLDER becomes a virtual environment of its own; FOLDER/bin/clientupdater is the program. With `all`
# it can also read Snowflake and NextBank, and keep exports in S3. Every package is checked against
# its hash. Needs Python 3.11 or newer with venv (PYTHON names another one than python3), and PyPI or
# a mirror of it (pip's own settings, such as PIP_INDEX_URL, say which). Changes nothing else.
set -eu

fail() {
	echo "install.sh: $1" >&2
	exit "$2"
}

[ $# -ge 1 ] && [ $# -le 2 ] && [ "${2:-all}" = all ] || fail "usage: install.sh FOLDER [all]" 2
folder=$1
release=$(cd "$(dirname "$0")/.." && pwd)
lock=$release/requirements/${2:-production}.txt
python=${PYTHON:-python3}

[ ! -e "$folder" ] || fail "$folder exists already; give each release a folder of its own" 2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
	fail "$python is not Python 3.11 or newer; name one: PYTHON=/path/to/python $0 $folder" 78

trap 'rm -rf "$folder"; fail "not installed, and $folder removed; mend what is named above, and run it again" 75' EXIT
"$python" -m venv "$folder"
pip() {
	"$folder/bin/python" -m pip --quiet --disable-pip-version-check --no-input install --no-deps "$@"
}
pip --require-hashes --requirement "$lock"
pip --no-build-isolation "$release"
"$folder/bin/clientupdater" version
trap - EXIT
