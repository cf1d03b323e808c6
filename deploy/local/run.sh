#!/usr/bin/env bash
# Cardwatch on one machine without Docker: kinesalite, PostgreSQL, Redis, Flink, the job, serve, Prometheus and payments, each
# a process of its own on loopback, until Ctrl-C. README.md says what has to be installed. Settings are variables:
#   RATE=50 DAYS=60 CUSTOMERS=1000 TERMINALS=2000   payments a second, and the world that they come from
#   KINESIS_PORT POSTGRES_PORT REDIS_PORT FLINK_PORT SERVE_PORT ADMIN_PORT PROMETHEUS_PORT REPORTER_PORTS
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${RATE:=50}" "${DAYS:=60}" "${CUSTOMERS:=1000}" "${TERMINALS:=2000}"
: "${KINESIS_PORT:=4567}" "${POSTGRES_PORT:=5432}" "${REDIS_PORT:=6379}" "${FLINK_PORT:=8081}"
: "${SERVE_PORT:=8080}" "${ADMIN_PORT:=8090}" "${PROMETHEUS_PORT:=9090}" "${REPORTER_PORTS:=9249-9250}"
# Kinesalite looks for a signature and not at the key.
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1

fail() { # cause, remedy
  printf '%s\n%s\n' "$1" "$2" >&2
  exit 1
}

postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$postgres_bin" ] || fail 'PostgreSQL is not installed.' 'apt-get install postgresql'
for tool in java node npm redis-server prometheus psql openssl curl; do
  command -v "$tool" >/dev/null || fail "$tool is not installed." 'deploy/local/README.md names the packages.'
done
[ -f target/cardwatch.jar ] && [ -f target/cardwatch-job.jar ] ||
  fail 'target/cardwatch.jar and target/cardwatch-job.jar are not built.' 'mvn -q -DskipTests package'

home=$(mktemp -d "${TMPDIR:-/tmp}/cardwatch.XXXXXX")
# PostgreSQL does not run as root; then its user must get through to its own folder.
chmod 711 "$home"
mkdir -p "$home"/{log,conf,tmp,checkpoints,savepoints,redis,prometheus,postgres}
pids=()

stop() {
  trap - EXIT
  # The terminal may be gone already.
  trap '' INT TERM HUP PIPE
  echo 'Stopping.' || true
  kill "${pids[@]}" 2>/dev/null || true
  wait "${pids[@]}" 2>/dev/null || true
  [ ! -f "$home/postgres/postmaster.pid" ] || postgres pg_ctl -D "$home/postgres" -m fast -w stop >/dev/null
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 0' INT TERM HUP

start() { # name, command…
  "${@:2}" >"$home/log/$1.out" 2>&1 </dev/null &
  pids+=($!)
}

await() { # name of a process that was started, command that succeeds once it works…
  for _ in $(seq 120); do
    if "${@:2}" >/dev/null 2>&1; then return; fi
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 1
  done
  tail -n 20 "$home/log/$1".* >&2
  fail "$1 does not work." 'Its last lines are above. If a port is taken, set another one; the script names the variables.'
}

postgres() { # program of PostgreSQL, arguments…
  local as=()
  [ "$(id -u)" != 0 ] || as=(runuser -u postgres --)
  (cd / && "${as[@]}" "$postgres_bin/$1" "${@:2}")
}

sql() { # arguments of psql
  PGOPTIONS='-c client_min_messages=warning' psql -X -q -h localhost -p "$POSTGRES_PORT" -U cardwatch -d cardwatch \
    -v ON_ERROR_STOP=1 "$@"
}

echo 'Kinesis'
[ -d src/test/kinesalite/node_modules/kinesalite ] || npm ci --silent --prefix src/test/kinesalite
NODE_PATH=src/test/kinesalite/node_modules start kinesis \
  node -e "require('kinesalite')().listen($KINESIS_PORT, '127.0.0.1')"
await kinesis curl -s "localhost:$KINESIS_PORT"
NODE_PATH=src/test/kinesalite/node_modules node deploy/local/streams.js "http://localhost:$KINESIS_PORT" \
  cust-payment-txn-stream cust-payment-label-stream

echo 'PostgreSQL'
[ "$(id -u)" != 0 ] || chown postgres "$home/postgres"
postgres initdb -D "$home/postgres" -U cardwatch -A trust >"$home/log/initdb.out" 2>&1 ||
  fail "$(tail -n 3 "$home/log/initdb.out")" 'The user postgres must get through to the folder of TMPDIR.'
postgres pg_ctl -D "$home/postgres" -l "$home/postgres/log" -w \
  -o "-p $POSTGRES_PORT -c listen_addresses=localhost -c unix_socket_directories=''" start >/dev/null ||
  fail 'PostgreSQL did not start.' "Port $POSTGRES_PORT may be taken: set POSTGRES_PORT."
PGDATABASE=postgres psql -X -q -h localhost -p "$POSTGRES_PORT" -U cardwatch -c 'CREATE DATABASE cardwatch'
for file in sql/postgresql/*.sql; do sql -f "$file"; done
world=(--customers="$CUSTOMERS" --terminals="$TERMINALS" --last-day="$(date -u -d yesterday +%F)")
java -jar target/cardwatch.jar generate --out="$home/world" --days=1 "${world[@]}" >"$home/log/world.out" 2>&1
sql -c "\\copy customer_info FROM $home/world/customers.csv CSV HEADER"

echo 'Redis'
start redis redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --save '' --dir "$home/redis"
await redis redis-cli -p "$REDIS_PORT" ping

echo 'Flink'
lib=target/flink/lib
[ -d "$lib" ] || mvn -B -ntp -q -Dstyle.color=never -DskipTests=false dependency:copy-dependencies@flink-for-the-cluster-test
cp deploy/cluster/log4j.properties "$home/conf/"
cat >"$home/conf/config.yaml" <<END
jobmanager.rpc.address: localhost
jobmanager.rpc.port: 0
jobmanager.bind-host: localhost
jobmanager.memory.process.size: 1600m
taskmanager.host: localhost
taskmanager.bind-host: localhost
taskmanager.numberOfTaskSlots: 2
taskmanager.memory.process.size: 2g
parallelism.default: 2
rest.address: localhost
rest.bind-address: localhost
rest.port: $FLINK_PORT
io.tmp.dirs: $home/tmp
state.backend.type: rocksdb
execution.checkpointing.incremental: true
execution.checkpointing.interval: 10 s
execution.checkpointing.dir: file://$home/checkpoints
execution.checkpointing.savepoint-dir: file://$home/savepoints
metrics.reporter.prom.factory.class: org.apache.flink.metrics.prometheus.PrometheusReporterFactory
metrics.reporter.prom.port: $REPORTER_PORTS
END
# Its RPC port must be known to the TaskManager, so it is a fixed one.
sed -i "s/^jobmanager.rpc.port: .*/jobmanager.rpc.port: ${FLINK_RPC_PORT:-6123}/" "$home/conf/config.yaml"
export FLINK_CONF_DIR=$home/conf FLINK_LIB_DIR=$PWD/$lib FLINK_PLUGINS_DIR=$home/plugins
mkdir -p "$FLINK_PLUGINS_DIR"
opens=()
for package in lang lang.reflect net io nio text time util util.concurrent util.concurrent.atomic util.concurrent.locks; do
  opens+=(--add-opens "java.base/java.$package=ALL-UNNAMED")
done
flink_java() { # log, arguments of java…
  exec java "${opens[@]}" "-Dlog.file=$home/log/$1.log" "-Dlog4j.configurationFile=file:$home/conf/log4j.properties" \
    -cp "$lib/*" "${@:2}"
}
# Flink's own arithmetic of memory: a line for the JVM, and one for the process.
memory() { # command
  (flink_java memory org.apache.flink.runtime.util.bash.BashJavaUtils "$1" --configDir "$home/conf") |
    sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p'
}
for process in jobmanager taskmanager; do
  if [ $process = jobmanager ]; then
    memory GET_JM_RESOURCE_PARAMS >"$home/tmp/memory"
    main=org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint
  else
    memory GET_TM_RESOURCE_PARAMS >"$home/tmp/memory"
    main=org.apache.flink.runtime.taskexecutor.TaskManagerRunner
  fi
  { read -ra of_java && read -ra of_process; } <"$home/tmp/memory" || true
  start $process flink_java $process "${of_java[@]}" $main --configDir "$home/conf" "${of_process[@]}"
done
await taskmanager sh -c "curl -s localhost:$FLINK_PORT/taskmanagers | grep -q '\"id\"'"

echo 'The job'
(flink_java client org.apache.flink.client.cli.CliFrontend run -d target/cardwatch-job.jar \
  --source.endpoint-url="http://localhost:$KINESIS_PORT" \
  --warehouse.url="jdbc:postgresql://localhost:$POSTGRES_PORT/cardwatch" --warehouse.user=cardwatch \
  --warehouse.fraud-by-minute=true \
  --online.url="redis://localhost:$REDIS_PORT") >"$home/log/submit.out" 2>&1 ||
  fail "$(tail -n 20 "$home/log/submit.out")" 'The job was not taken.'
await taskmanager sh -c "curl -s localhost:$FLINK_PORT/jobs/overview | grep -q '\"state\":\"RUNNING\"'"

echo 'serve'
# Only its owner may write a file of keys, and the example's secret is refused.
(umask 077 && sed "s/CHANGE-ME[^\"]*/$(openssl rand -hex 24)/" deploy/serve/credentials.json \
  >"$home/conf/credentials.json")
start serve java -jar target/cardwatch.jar serve --source.endpoint-url="http://localhost:$KINESIS_PORT" \
  --online.url="redis://localhost:$REDIS_PORT" --serve.credentials-file="$home/conf/credentials.json" \
  --serve.port="$SERVE_PORT" --serve.admin-port="$ADMIN_PORT"
await serve curl -sf "localhost:$ADMIN_PORT/health"

echo 'Prometheus'
cp deploy/monitoring/prometheus/rules.yml "$home/conf/rules.yml"
sed -e "s/localhost:9249/localhost:${REPORTER_PORTS%-*}/; s/localhost:9250/localhost:${REPORTER_PORTS#*-}/" \
  -e "s/localhost:8090/localhost:$ADMIN_PORT/" deploy/local/prometheus.yml >"$home/conf/prometheus.yml"
start prometheus prometheus --config.file="$home/conf/prometheus.yml" --storage.tsdb.path="$home/prometheus" \
  --web.listen-address="localhost:$PROMETHEUS_PORT"
await prometheus curl -sf "localhost:$PROMETHEUS_PORT/-/ready"

echo 'Payments'
start generator java -jar target/cardwatch.jar generate --stream=cust-payment-txn-stream \
  --label-stream=cust-payment-label-stream --endpoint-url="http://localhost:$KINESIS_PORT" --rate="$RATE" \
  --days="$DAYS" "${world[@]}"
await generator sh -c "psql -X -h localhost -p $POSTGRES_PORT -U cardwatch -d cardwatch -Atc \
  'SELECT 1 FROM cust_payment_tx_fraud_predictions LIMIT 1' | grep -q 1"

cat <<END

Predictions come in. Logs are in $home/log, and everything ends with Ctrl-C.
  API          http://localhost:$SERVE_PORT, signed with the key in $home/conf/credentials.json
  its docs     http://localhost:$ADMIN_PORT/docs
  Flink        http://localhost:$FLINK_PORT
  Prometheus   http://localhost:$PROMETHEUS_PORT
  warehouse    psql -h localhost -p $POSTGRES_PORT -U cardwatch cardwatch
END
while sleep 5; do
  for pid in "${pids[@]}"; do
    # The generator ends with its days.
    [ "$pid" = "${pids[-1]}" ] || kill -0 "$pid" 2>/dev/null ||
      fail "A process ended: $(tail -n 3 "$home"/log/*.out)" 'The last lines of the logs are above.'
  done
done
