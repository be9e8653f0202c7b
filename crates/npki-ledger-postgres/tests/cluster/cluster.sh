#!/bin/sh
# A PostgreSQL cluster for tests: made in a temporary folder, reached by a socket in it, gone when standard input ends.
# The first line on standard output is the connection string. Root becomes `postgres`, since initdb refuses root.
#
# usage: cluster.sh [name=value…]      settings, as in postgresql.conf
# A line "restart" on standard input kills the server and starts it again; the answer is a line "restarted". A line
# "stop" has it write all of its pages and end; the answer is "stopped", and the files stay.
# Exit status 3: PostgreSQL is not installed.
set -eu

for bin in "$(dirname "$(command -v initdb || echo /)")" /usr/lib/postgresql/*/bin; do
  [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] && found=$bin
done
[ -n "${found:-}" ] || exit 3

folder=$(mktemp -d)
cd "$folder"
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
else
  as() { "$@"; }
fi
server() { as "$found/pg_ctl" -D "$folder/data" -l "$folder/log" -m immediate -s -w "$@" </dev/null >&2; }
end() {
  server stop 2>/dev/null || true
  cd / && rm -rf "$folder"
}
trap end EXIT
trap 'exit 1' HUP INT TERM

as "$found/initdb" -D "$folder/data" -A trust -U npki -E UTF8 --locale=C --no-sync >/dev/null
settings="-k $folder -c listen_addresses= -c max_connections=300"
for setting in "$@"; do settings="$settings -c $setting"; done
server -o "$settings" start || { cat "$folder/log" >&2; exit 1; }
echo "host=$folder user=npki dbname=postgres"

while read -r command; do
  case $command in
    restart) server restart && echo restarted ;;
    stop) server -m fast stop && echo stopped ;;
    *) echo "no such command: $command" >&2 ;;
  esac
done
