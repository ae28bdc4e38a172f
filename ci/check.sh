#!/usr/bin/env bash
# Judges a trainer in CI, on any forge: TARGET=mypkg:MyTrainer ci/check.sh
#
#   TARGET   the trainer, as for `loopspec check`
#   KNOWN    file of known deviations, if there is one
#   OPTIONS  further options of `loopspec check`
#   REPORTS  folder that the reports go to (loopspec-reports)
#
# The exit status is that of `loopspec check`. Whatever it is, the reports that there are stay.
set -euo pipefail
: "${TARGET:?say which trainer is to be judged, as for loopspec check}"
reports=${REPORTS:-loopspec-reports}
mkdir -p "$reports"
status=0
# OPTIONS is left unquoted, as it holds several words.
loopspec check "$TARGET" ${KNOWN:+--known "$KNOWN"} ${OPTIONS:-} \
  --json "$reports/report.json" --junit "$reports/junit.xml" \
  --markdown "$reports/summary.md" --badge "$reports/badge.json" \
  --html "$reports/page.html" || status=$?
if [[ -n ${GITHUB_STEP_SUMMARY:-} && -s $reports/summary.md ]]; then
  cat "$reports/summary.md" >> "$GITHUB_STEP_SUMMARY"
fi
exit "$status"
