#!/usr/bin/env bash
# Builds Rollcall and runs every test, from a fresh clone with nothing but the .NET SDK.
#
#   ./test.sh                      all tests
#   ./test.sh quick                the most useful tests in three minutes: no databases, few whole runs, 15 histories, 4 kills
#   ./test.sh guard                tests whose name contains "guard"
#   ./test.sh -class '*ExitGuard*' any filter of xunit's own (-class, -method, -namespace, -trait)
#
# Tests that read databases use a PostgreSQL and a MariaDB that are started here and removed at the end. If these are
# missing they are installed, which needs root and apt-get; otherwise the tests are skipped by name. You can also use
# your own databases: ROLLCALL_TEST_POSTGRES=postgres://..., ROLLCALL_TEST_MYSQL=mysql://....
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

work=$(mktemp -d "${TMPDIR:-/tmp}/rollcall-test.XXXXXX")
chmod 711 "$work" # the database users pass through it
pids=()
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export DOTNET_TieredPGO=0 # processes that live for seconds do not earn back what profiling costs

finish() {
    for pid in "${pids[@]}"; do
        kill -QUIT "$pid" 2>/dev/null
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { echo "test.sh: $*" >&2; }

# Stops before any test could run, in the form that readers of the last line expect.
give_up() {
    say "$1"
    echo "0 passed, 1 failed"
    exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# as USER COMMAND...: database servers refuse to be root.
as() {
    local user=$1
    shift
    if is_root; then exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- "$@"; else exec "$@"; fi
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000)) # below the range of outgoing connections
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
    done
}

# await PID COMMAND...: until the command succeeds; gives up when the server has died.
await() {
    local pid=$1
    shift
    for _ in $(seq 300); do
        "$@" >/dev/null 2>&1 && return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

postgres_bin() { ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null | sort -V | tail -1; }

install_databases() {
    local wanted=()
    [ -n "${ROLLCALL_TEST_POSTGRES:-}" ] || [ -n "$(postgres_bin)" ] || wanted+=(postgresql)
    [ -n "${ROLLCALL_TEST_MYSQL:-}" ] || command -v mariadbd >/dev/null || wanted+=(mariadb-server)
    [ ${#wanted[@]} -gt 0 ] || return 0
    if ! is_root || ! command -v apt-get >/dev/null; then
        say "${wanted[*]} not found, and cannot be installed without root and apt-get: their tests are skipped"
        return 0
    fi
    say "installing ${wanted[*]}"
    # RUNLEVEL=1 prevents the packages from starting servers.
    { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } \
        </dev/null >"$work/apt.log" 2>&1 || { tail -5 "$work/apt.log" >&2; say "could not install ${wanted[*]}: their tests are skipped"; }
}

start_postgres() {
    local bin port folder=$work/postgres
    bin=$(postgres_bin)
    [ -z "${ROLLCALL_TEST_POSTGRES:-}" ] && [ -n "$bin" ] || return 0
    mkdir "$folder" && echo rollcall >"$folder/password"
    is_root && chown -R postgres "$folder"
    (as postgres "$bin/initdb" -D "$folder/data" -U rollcall -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C.UTF-8 -N) >"$folder.log" 2>&1
    port=$(free_port)
    (cd "$work" && as postgres "$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" \
        -c fsync=off -c full_page_writes=off -c max_connections=200) </dev/null >>"$folder.log" 2>&1 &
    pids+=($!)
    if await "$!" "$bin/pg_isready" -h 127.0.0.1 -p "$port"; then
        export ROLLCALL_TEST_POSTGRES="postgres://rollcall:rollcall@127.0.0.1:$port/postgres"
    else
        tail -5 "$folder.log" >&2
        say "PostgreSQL did not start: its tests are skipped"
    fi
}

start_mariadb() {
    local port folder=$work/mariadb
    [ -z "${ROLLCALL_TEST_MYSQL:-}" ] && command -v mariadbd >/dev/null || return 0
    mkdir "$folder"
    cat >"$folder/init.sql" <<'SQL'
CREATE DATABASE rollcall;
CREATE USER rollcall@'127.0.0.1' IDENTIFIED BY 'rollcall';
GRANT ALL ON *.* TO rollcall@'127.0.0.1' WITH GRANT OPTION;
SQL
    is_root && chown -R mysql "$folder"
    (as mysql mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal --skip-test-db) >"$folder.log" 2>&1
    port=$(free_port)
    (cd "$work" && as mysql mariadbd --no-defaults --datadir="$folder/data" --socket="$folder/socket" --pid-file="$folder/pid" --port="$port" \
        --bind-address=127.0.0.1 --skip-name-resolve --init-file="$folder/init.sql" --innodb-flush-log-at-trx-commit=0 \
        --character-set-server=utf8mb4) </dev/null >>"$folder.log" 2>&1 &
    pids+=($!)
    if await "$!" mariadb --no-defaults -h 127.0.0.1 -P "$port" -u rollcall -prollcall -e 'SELECT 1'; then
        export ROLLCALL_TEST_MYSQL="mysql://rollcall:rollcall@127.0.0.1:$port/rollcall"
    else
        tail -5 "$folder.log" >&2
        say "MariaDB did not start: its tests are skipped"
    fi
}

build() {
    say "building"
    # No build servers: they would outlive this script.
    dotnet build Rollcall.slnx -c Release --nologo -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false </dev/null >"$work/build.log" 2>&1 ||
        { cat "$work/build.log" >&2; give_up "the build failed"; }
}

# Adds up a count of the runner's report, such as passed="12".
count() { grep -o '<assembly [^>]*>' "$2" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }

passed=0 failed=0 skipped=0
run() {
    local project=$1 name report errors broken threads=()
    shift
    name=$(basename "$project") report=$work/$(basename "$project").xml
    say "running $name"
    # Tests that start processes mostly wait for them, so use one and a half times the number of cores.
    [ "$name" = Rollcall.EndToEnd.Tests ] && threads=(-maxThreads 1.5x)
    timeout --kill-after=30s "${ROLLCALL_TEST_TIMEOUT:-70m}" "$project/bin/Release/net10.0/$name" -noColor -noLogo -noAutoReporters -result-xml "$report" "${threads[@]}" "$@" </dev/null
    local code=$?
    if [ ! -s "$report" ]; then
        say "$name ended with exit code $code and no report"
        failed=$((failed + 1))
        return
    fi
    errors=$(count errors "$report") broken=$(count failed "$report")
    passed=$((passed + $(count passed "$report")))
    skipped=$((skipped + $(count skipped "$report")))
    failed=$((failed + broken + errors))
}

# The inner loop. Whole runs are slow, so only a few of their classes are included.
quick() {
    local tests=tests/Rollcall.Tests whole=()
    for class in ExportRunTests FirstHistoryTests SecondHistoryTests ThirdHistoryTests FourthHistoryTests; do
        whole+=(-class "*.$class")
    done
    export CsCheck_Iter=30 ROLLCALL_CSV_FILES=300 ROLLCALL_HISTORIES=15 ROLLCALL_CRASH_SEEDS=4
    [ -w /dev/shm ] && export TMPDIR=/dev/shm
    unset ROLLCALL_TEST_POSTGRES ROLLCALL_TEST_MYSQL
    build
    run tests/Rollcall.Contracts.Tests
    run "$tests" -namespace- Rollcall.Tests.Runs -namespace- Rollcall.Tests.Promises -namespace- Rollcall.Tests.Histories \
        -class- '*.Lytics.ConfigurationTableTests' -class- '*.Lytics.SimulatedLyticsTests' -class- '*.LyticsRunTests' -class- '*.LyticsStatusRunTests' -class- '*.LyticsRecommendationTests'
    run "$tests" "${whole[@]}"
    run tests/Rollcall.EndToEnd.Tests -class '*.EvenCrashTests' -class '*.OddCrashTests'
}

command -v dotnet >/dev/null || give_up "the .NET 10 SDK is needed: https://dotnet.microsoft.com/download"
filter=("$@")
[ $# -eq 1 ] && [[ $1 != -* ]] && filter=(-method "*$1*")

if [ "${1:-}" = quick ]; then
    quick
else
    install_databases
    start_postgres
    start_mariadb
    build
    for project in tests/*.Tests; do
        run "$project" "${filter[@]}"
    done
fi

[ $((passed + failed)) -gt 0 ] || say "no test ran"
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
