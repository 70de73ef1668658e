# Whether `systemctl show` proves that a timer will elapse, at most SECONDS after it was started.
#
# SubState=waiting
# ActiveEnterTimestampMonotonic=521591048
# NextElapseUSecMonotonic=8min 44.570467s

BEGIN {
  split("y 31557600 month 2629800 w 604800 d 86400 h 3600 min 60 s 1 ms 0.001 us 0.000001", word, " ")
  for (i = 1; i in word; i += 2) length_of[word[i]] = word[i + 1]
}

{ value = substr($0, index($0, "=") + 1) }

/^SubState=/ { waiting = value == "waiting" }

/^ActiveEnterTimestampMonotonic=/ { started = value / 1000000 }

/^NextElapseUSecMonotonic=/ {
  count = split(value, part, " ")
  for (i = 1; i <= count; i++) {
    name = part[i]
    sub(/^[0-9.]+/, "", name)
    if (name in length_of) elapses += part[i] * length_of[name]
  }
}

# The time is counted from a moment before the timer is shown as started.
END { exit waiting && started > 0 && elapses > started && elapses - started <= seconds + 0.1 ? 0 : 1 }
