#!/bin/sh
# Puts comment.md under the merge request. GITLAB_COMMENT_TOKEN is a project access token with the scope `api` and the role Reporter:
# the job's own token may not comment.
set -eu
cd "$(dirname "$0")/.."

notes=$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
# The token goes in by stdin: among the arguments every process of the runner could read it.
printf 'header = "PRIVATE-TOKEN: %s"\n' "$GITLAB_COMMENT_TOKEN" |
  curl --config - --fail-with-body --silent --show-error --max-time 30 --output /dev/null --data-urlencode body@comment.md "$notes"
