# Sourced by backup and restore. Turns DATABASE_URL into `connection` without the password, which every user of the
# machine could read in the list of processes, and exports the password where libpq looks for it.
: "${DATABASE_URL:?DATABASE_URL is not set: source /etc/onestop/onestop.env}"
: "${ONESTOP_MEDIA_ROOT:?ONESTOP_MEDIA_ROOT is not set: source /etc/onestop/onestop.env}"
connection=$DATABASE_URL
if [[ $DATABASE_URL =~ ^([a-z]+://[^:/@]+):([^@]*)@(.*)$ ]]; then
  connection="${BASH_REMATCH[1]}@${BASH_REMATCH[3]}"
  PGPASSWORD=$(printf '%b' "${BASH_REMATCH[2]//%/\\x}")
  export PGPASSWORD
fi
