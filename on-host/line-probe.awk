# Reads what the probe of one target prints, line by line, and tells the monitor only what may change something:
#   miss I T LIMIT             a probe has not been answered in LIMIT milliseconds, as long as answers take
#   error I T LIMIT WHO WORDS  somebody on the way (`-`: this host) says that it can't be delivered
#   answers I T                it has answered `up` times more, and has not been silent in between
#   lossy I T PERCENT, clear I T    more is lost than `most` percent; less than half of that
#   counts I T SENT LOST RTT|- LIMIT WINDOW-SENT WINDOW-LOST WINDOW-RTT|-    every 5 s; round trips in microseconds
#   ended I T                  the probe has ended
#
# -v: i, t, period and timeout (milliseconds; 0: from the measured round trips), down, up, most, rtt (the last known, microseconds), sent, lost, and
# monitor, the process that is told: this one ends when that has. Runs in mawk, gawk and busybox.

BEGIN {
  ORS = "" # mawk writes a line and its end one by one, and others write to the same pipe
  rtt += 0
  deviation = rtt / 2
  per_window = int(5000 / period)
  if (per_window < 1) per_window = 1
  find_limit()
}

!match($0, /icmp_seq=[0-9]+/) {
  if (/^ping: / && !complained++) tell("error", limit " - " substr($0, 7))
  next
}

{
  at = base + substr($0, RSTART + 9, RLENGTH - 9)
  if (at < last - 30000) { # ping counts to 65535 and begins anew
    base += 65536
    at += 65536
  }
  if (/ time=[0-9.]+ ms/) { if (!/DUP!/) answered() }
  else if (/nreachable|rohibited|iltered|No route/) refused()
  else if (/^no answer yet/ && at != refused_at) missed()
  if (int(at / per_window) != window) end_window()
}

END { tell("ended", "") }

function answered(    time, missing, recent) {
  complained = 0
  match($0, / time=[0-9.]+/)
  time = substr($0, RSTART + 6, RLENGTH - 6) * 1000
  if (rtt == 0) {
    rtt = time
    deviation = time / 2
  } else {
    deviation += ((time > rtt ? time - rtt : rtt - time) - deviation) / 4
    rtt += (time - rtt) / 8
  }
  find_limit()
  window_answers++
  window_sum += time
  if (at > last) {
    missing = at - last - 1
    last = at
    if (missing >= down + allowed - 1) row = 0
    sent += missing + 1
    lost += missing
    # What was lost before this window has been told.
    recent = at - window * per_window
    if (missing < recent) recent = missing
    window_sent += recent + 1
    window_lost += recent
    # An outage is no loss: else a line would pay for it long after it is back.
    if (missing < 10) for (; missing > 0; missing--) loss += (1 - loss) / 50
    loss -= loss / 50
  } else {
    # Late, and counted as lost.
    lost--
    if (window_lost > 0) window_lost--
    loss = loss < 0.02 ? 0 : loss - 0.02
  }
  if (++row % up == 0) tell("answers", "")
  if (!over && loss * 100 > most) {
    over = 1
    tell("lossy", int(loss * 100))
  } else if (over && loss * 200 < most) {
    over = 0
    tell("clear", "")
  }
}

# How long an answer may take, and after how many further probes that is over: of a slow line it comes later than the next probe is sent.
function find_limit() {
  limit = timeout > 0 ? timeout : (rtt > 0 ? int((rtt + 4 * deviation) / 1000) + 50 : 500)
  if (limit > 5000) limit = 5000
  allowed = rtt > 0 ? int((limit + period - 1) / period) : 1 # the burst waits longer
}

function missed(    missing) {
  missing = at - last
  if (missing < allowed) return
  if (missing >= down + allowed - 1) row = 0
  if (is_due(missing)) tell("miss", limit)
}

# `no answer yet` of the same probe follows.
function refused(    missing, word) {
  refused_at = at
  missing = at - last
  if (missing < 1) return
  if (missing >= down + allowed - 1) row = 0
  split($0, word, " ")
  if (is_due(missing)) tell("error", limit " " word[2] substr($0, RSTART + RLENGTH))
}

# The first of a row, and then less and less often.
function is_due(missing) {
  return missing == allowed || missing == 1 || missing % (missing < 25 ? 5 : 25) == 0
}

# What is on its way still is no loss.
function end_window(    unanswered, recent) {
  window = int(at / per_window)
  unanswered = at - last - allowed + 1
  if (unanswered < 0) unanswered = 0
  recent = unanswered < per_window ? unanswered : per_window
  tell("counts", sprintf("%d %d %s %d %d %d %s", sent + unanswered, lost + unanswered, rtt > 0 ? int(rtt) : "-", limit, \
    window_sent + recent, window_lost + recent, window_answers ? int(window_sum / window_answers) : "-"))
  window_sent = window_lost = window_sum = window_answers = 0
  if ((getline line < ("/proc/" monitor "/stat")) <= 0) exit
  close("/proc/" monitor "/stat")
}

function tell(what, more) {
  print what " " i " " t " " more "\n"
  fflush()
}
