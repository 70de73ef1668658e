/** Sh text of a process that does what the line monitor's files and messages say, and nothing else. */
export const fakeMonitor = (directory = "/run/pulumi-multipath/lines"): string => `
mkdir -p ${directory} && cd ${directory} && rm -f fifo && mkfifo -m 600 fifo
cat >/run/fake-monitor.sh <<'MONITOR'
exec 3<>fifo
adsl=up bdsl=up paused=
tell() {
  { echo "monitor $$ 1000"
    echo "line adsl $adsl 1000 adsl 198.51.100.1 - "
    echo "line bdsl $bdsl 1000 bdsl 198.51.100.2 - $why"
    [ -z "$paused" ] || echo "paused $paused"; } >health.new && mv health.new health
}
tell
while read -r word name who <&3; do
  case $word in
    drain) eval "$name=drained"; why=$who ;;
    undrain) eval "$name=up"; why='' ;;
    pause) case $name in [0-9]*) paused="$(date +%s) $(($(date +%s) + name)) $who" ;; *) paused="$(date +%s) - $name" ;; esac ;;
    resume) paused= ;;
    sleep) sleep "$name" ;;
    end) exit ;;
  esac
  tell
done
MONITOR
setsid sh /run/fake-monitor.sh >/dev/null 2>&1 </dev/null &
until [ -s health ]; do sleep 0.02; done
`;
