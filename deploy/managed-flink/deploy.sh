#!/usr/bin/env bash
# Brings a jar of Cardwatch onto Managed Flink: upload, snapshot, update, wait, and back again where it does not run.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: deploy.sh --application NAME --bucket BUCKET [--jar FILE] [options]
       deploy.sh --bucket BUCKET [--jar FILE] --upload-only
       deploy.sh --application NAME --roll-back SNAPSHOT JAR_KEY

Updates the code of an application and starts it where it does not run. If it then does not get to run, the code of before
and the snapshot that was taken before the update are put back.

  --application NAME    application in Managed Flink
  --bucket BUCKET       bucket of the foundation; the jar goes below jars/
  --jar FILE            jar to deploy; without it, target/cardwatch-job.jar is built with Maven
  --region REGION       AWS region; without it, that of the AWS CLI's own settings
  --upload-only         only upload the jar and print its key, as the first stack needs it
  --roll-back SNAPSHOT JAR_KEY
                        put back that snapshot and that jar, as an earlier run printed them
  --poll-seconds N      pause between two looks at a state (10)
  --polls N             looks before a state counts as not reached (90)
  --dry-run             print the AWS commands, run none, build nothing
  --help                this text

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 failed and rolled back.
TEXT
}

# What went wrong, and what to do about it.
fail() {
  printf 'Cause:  %s\nRemedy: %s\n' "$1" "$2" >&2
  exit "${3:-1}"
}

say() { printf '%s\n' "$*" >&2; }

application='' bucket='' jar='' region='' upload_only=false snapshot='' old_key='' dry_run=false poll_seconds=10 polls=90

while (($#)); do
  case $1 in
    --upload-only) upload_only=true; shift; continue ;;
    --dry-run) dry_run=true; shift; continue ;;
    --help) usage; exit 0 ;;
    --application | --bucket | --jar | --region | --poll-seconds | --polls)
      (($# >= 2)) || fail "$1 has no value" "Write $1 VALUE; --help names every option." 2 ;;
    --roll-back)
      (($# >= 3)) || fail "--roll-back needs a snapshot and a jar's key" "Write --roll-back SNAPSHOT JAR_KEY." 2
      snapshot=$2 old_key=$3; shift 3; continue ;;
    *) fail "'$1' is not an option" "--help names every option." 2 ;;
  esac
  case $1 in
    --application) application=$2 ;;
    --bucket) bucket=$2 ;;
    --jar) jar=$2 ;;
    --region) region=$2 ;;
    --poll-seconds) poll_seconds=$2 ;;
    --polls) polls=$2 ;;
  esac
  shift 2
done

[[ $poll_seconds =~ ^[0-9]+$ && $polls =~ ^[1-9][0-9]*$ ]] ||
  fail "--poll-seconds $poll_seconds or --polls $polls is no number" "Write whole numbers; --polls from 1 on." 2
[[ -n $application ]] || $upload_only || fail "--application is missing" "Name the application of the second stack." 2
[[ -n $bucket || -n $snapshot ]] || fail "--bucket is missing" "Take it from the output BucketName of the first stack." 2

# Standard output, also for a dry run of a command whose answer is caught.
exec 3>&1

# Runs an AWS command; a dry run prints it, so that it can be pasted into a shell.
run_aws() {
  local command=(aws "$@") word
  [[ -z $region ]] || command+=(--region "$region")
  if ! $dry_run; then
    "${command[@]}"
    return
  fi
  for word in "${command[@]}"; do
    [[ $word =~ ^[a-zA-Z0-9_./:=-]+$ ]] || word="'$word'"
    printf '%s ' "$word" >&3
  done
  printf '\n' >&3
}

flink() { run_aws kinesisanalyticsv2 "$@"; }

# Sets what is known of the application: status version runtime snapshots_enabled bucket_arn key. False where it cannot.
describe() {
  local answer
  # One line of the six values, separated by tabs.
  answer=$(flink describe-application --application-name "$application" --output text --query \
    'ApplicationDetail.[ApplicationStatus, ApplicationVersionId, RuntimeEnvironment, ApplicationConfigurationDescription.ApplicationSnapshotConfigurationDescription.SnapshotsEnabled, ApplicationConfigurationDescription.ApplicationCodeConfigurationDescription.CodeContentDescription.S3ApplicationCodeLocationDescription.BucketARN, ApplicationConfigurationDescription.ApplicationCodeConfigurationDescription.CodeContentDescription.S3ApplicationCodeLocationDescription.FileKey]') || return 1
  if $dry_run; then
    answer=$'RUNNING\tVERSION\tFLINK-1_20\tTrue\tarn:aws:s3:::OLD_BUCKET\tOLD_KEY'
  fi
  IFS=$'\t' read -r status version runtime snapshots_enabled bucket_arn key <<<"$answer"
}

describe_or_fail() {
  describe || fail "application $application cannot be described" \
    "Deploy application.yaml first, check --application and --region, and allow kinesisanalytics:DescribeApplication."
}

# Waits until the application has the status $1 and the code $2. False where it ends in another or takes too long. A look
# that fails counts as one more look, since a network's hiccup must not end a deployment half way.
reached() {
  local poll
  for ((poll = 1; poll <= polls; poll++)); do
    if describe; then
      if $dry_run || [[ $status == "$1" && $key == "$2" ]]; then
        return 0
      fi
      case $status in
        STARTING | STOPPING | UPDATING | AUTOSCALING | MAINTENANCE | FORCE_STOPPING | ROLLING_BACK | RUNNING) ;;
        *) return 1 ;;
      esac
    fi
    sleep "$poll_seconds"
  done
  return 1
}

# Fails unless the snapshot $1 gets ready.
await_snapshot() {
  local poll state=CREATING
  for ((poll = 1; poll <= polls; poll++)); do
    state=$(flink describe-application-snapshot --application-name "$application" --snapshot-name "$1" \
      --query SnapshotDetails.SnapshotStatus --output text) || state=UNKNOWN
    if [[ $state == READY ]] || $dry_run; then
      return 0
    fi
    [[ $state == CREATING ]] || break
    sleep "$poll_seconds"
  done
  fail "snapshot $1 did not get ready (last state: $state); nothing was changed" \
    "Look for failed checkpoints in the alarms and the log; a job that cannot checkpoint cannot be updated safely."
}

# The bucket's ARN, the jar's key, and more arguments.
update_code() {
  flink update-application --application-name "$application" --current-application-version-id "$version" \
    --application-configuration-update "{\"ApplicationCodeConfigurationUpdate\":{\"CodeContentTypeUpdate\":\"ZIPFILE\",\"CodeContentUpdate\":{\"S3ContentLocationUpdate\":{\"BucketARNUpdate\":\"$1\",\"FileKeyUpdate\":\"$2\"}}}}" \
    --query ApplicationDetail.ApplicationVersionId --output text "${@:3}" >/dev/null
}

# From where an application that starts takes its state.
latest='{"ApplicationRestoreConfiguration":{"ApplicationRestoreType":"RESTORE_FROM_LATEST_SNAPSHOT"}}'
nowhere='{"ApplicationRestoreConfiguration":{"ApplicationRestoreType":"SKIP_RESTORE_FROM_SNAPSHOT"}}'

start() {
  flink start-application --application-name "$application" --run-configuration "$1"
}

# Puts back the snapshot $1 and the jar $3 of the bucket with the ARN $2, or of the bucket that is in use.
put_back() {
  local arn=$2
  local by_hand="Look at the application's log, then run: deploy.sh --application $application --roll-back $1 $3"
  describe || fail "application $application cannot be described" "$by_hand"
  [[ -n $arn ]] || arn=$bucket_arn
  if [[ $status != READY ]]; then
    # By force, without a snapshot of its own: the one that was taken before holds all that counts.
    flink stop-application --application-name "$application" --force ||
      fail "application $application cannot be stopped (state: $status)" "$by_hand"
    reached READY "$key" || fail "application $application does not stop (state: $status)" "$by_hand"
  fi
  if [[ $key != "$3" || $bucket_arn != "$arn" ]]; then
    update_code "$arn" "$3" || fail "the code $3 cannot be put back" "$by_hand"
  fi
  start "{\"ApplicationRestoreConfiguration\":{\"ApplicationRestoreType\":\"RESTORE_FROM_CUSTOM_SNAPSHOT\",\"SnapshotName\":\"$1\"}}" ||
    fail "application $application cannot be started with $3" "$by_hand"
  reached RUNNING "$3" || fail "application $application does not run with $3 either (state: $status)" "$by_hand"
}

$dry_run || command -v aws >/dev/null || fail "the command aws is not there" "Install the AWS CLI, version 2."
# As macOS has it.
command -v sha256sum >/dev/null || sha256sum() { shasum -a 256 "$@"; }

if [[ -n $snapshot ]]; then
  describe_or_fail
  put_back "$snapshot" "${bucket:+${bucket_arn%%:s3:*}:s3:::$bucket}" "$old_key"
  $dry_run || say "Rolled back: $application runs $old_key from snapshot $snapshot."
  exit 0
fi

if [[ -z $jar ]]; then
  project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  jar=$project/target/cardwatch-job.jar
  if ! $dry_run; then
    say "Building $jar …"
    (cd "$project" && mvn -q -DskipTests package) || fail "the build failed" "Mend it, or name a jar with --jar."
  fi
fi
if [[ -f $jar ]]; then
  # The content names the jar, so no upload ever replaces another, and the jar of before stays where it was.
  sum=$(sha256sum "$jar")
  new_key=jars/cardwatch-job-${sum:0:16}.jar
elif $dry_run; then
  new_key=jars/cardwatch-job-SHA256.jar
else
  fail "there is no jar $jar" "Build it with mvn -q -DskipTests package, or name another with --jar."
fi

if ! $upload_only; then
  describe_or_fail
  [[ $runtime == FLINK-1_20 ]] ||
    fail "application $application has the runtime $runtime, and this jar is for FLINK-1_20" \
      "Deploy to an application of FLINK-1_20."
  [[ $snapshots_enabled == True ]] ||
    fail "application $application takes no snapshots, so an update would lose its state" \
      "Set ApplicationSnapshotConfiguration.SnapshotsEnabled, as application.yaml does."
  [[ $status == RUNNING || $status == READY ]] ||
    fail "application $application is $status, and can be updated only while RUNNING or READY" \
      "Wait until it is, or stop it: aws kinesisanalyticsv2 stop-application --application-name $application --force"
fi

run_aws s3 cp --only-show-errors "$jar" "s3://$bucket/$new_key" ||
  fail "the jar cannot be written to s3://$bucket/$new_key" \
    "Check --bucket and --region, and allow s3:PutObject on $bucket/jars/*."
if $upload_only; then
  printf '%s\n' "$new_key"
  exit 0
fi

new_arn=${bucket_arn%%:s3:*}:s3:::$bucket
before_arn=$bucket_arn before_key=$key before_status=$status
if [[ $before_key == "$new_key" && $before_arn == "$new_arn" && $before_status == RUNNING ]]; then
  say "$application runs $new_key already."
  exit 0
fi
if [[ $before_status == RUNNING ]]; then
  snapshot=before-$(date -u +%Y%m%dT%H%M%SZ)
  flink create-application-snapshot --application-name "$application" --snapshot-name "$snapshot" ||
    fail "no snapshot can be taken; nothing was changed" \
      "Allow kinesisanalytics:CreateApplicationSnapshot; delete old snapshots where their number has reached the limit."
  await_snapshot "$snapshot"
  $dry_run || say "Snapshot $snapshot is ready."
fi

if [[ $before_key != "$new_key" || $before_arn != "$new_arn" ]]; then
  # Without this a running application would start from what its last start named.
  from=()
  [[ $before_status != RUNNING ]] || from=(--run-configuration-update "$latest")
  update_code "$new_arn" "$new_key" ${from[@]+"${from[@]}"} ||
    fail "the update was refused; $application still has $before_key" \
      "Read the message above; allow kinesisanalytics:UpdateApplication, and the role s3:GetObject on the jar."
fi

if [[ $before_status == READY ]]; then
  restore=$latest
  taken=$(flink list-application-snapshots --application-name "$application" --query 'length(SnapshotSummaries)' \
    --output text) || fail "the snapshots cannot be listed" "Allow kinesisanalytics:ListApplicationSnapshots."
  [[ $taken != 0 ]] || restore=$nowhere
  start "$restore" ||
    fail "$application cannot be started" "Read the message above; allow kinesisanalytics:StartApplication."
fi

if reached RUNNING "$new_key"; then
  ! $dry_run || exit 0
  say "$application runs $new_key."
  if [[ -n $snapshot ]]; then
    say "Watch the alarms for ten minutes: RUNNING says that the job was started, not that it keeps running. The way back:"
    say "  deploy.sh --application $application --roll-back $snapshot $before_key"
  fi
  exit 0
fi

if [[ $before_status == READY ]]; then
  fail "$application did not get to run (state: $status)" \
    "Read its log; it did not run before, so there is nothing to go back to."
fi
say "$application did not get to run with $new_key (state: $status). Rolling back …"
put_back "$snapshot" "$before_arn" "$before_key"
fail "$application did not get to run with $new_key; it runs $before_key again, from snapshot $snapshot" \
  "Read the log of the failed start in CloudWatch, then deploy a mended jar." 4
