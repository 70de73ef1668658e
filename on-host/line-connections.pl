# The probes of line-watch.pl that are no echo requests: connections, questions and commands. Read only where one is declared.
use strict;

our (%attempts, %commands);

# ---- connections -----------------------------------------------------------------------------------------------------------

sub connect_to {
    my ($target, $burst, $number, $now) = @_;
    my ($kind, $port) = ($target->{kind}, $target->{more}[0]);
    my $socket = marked($target, $kind eq 'dns' ? DATAGRAM : STREAM, 0) or return "$!";
    my $attempt = { socket => $socket, target => $target, burst => $burst, number => $number, until => $now + LONGEST, got => '' };
    return "$!" if !connect($socket, to_address($target->{family}, $target->{bytes}, $port)) && $! != EINPROGRESS;
    $attempts{ fileno $socket } = $attempt;
    return;
}

# It can be written to: it is connected, or refused.
sub is_connected {
    my ($attempt, $now) = @_;
    my ($socket, $target) = @$attempt{qw(socket target)};
    my $error = unpack 'i', getsockopt $socket, SOL_SOCKET, SO_ERROR;
    if ($error) { $! = $error; return ended($attempt, $now, "$!") }
    my $kind = $target->{kind};
    return ended($attempt, $now) if $kind eq 'tcp';
    my (undef, @more) = @{ $target->{more} };
    $attempt->{id} = int rand 65536;
    my $question = $kind eq 'http'
        ? "GET $more[1] HTTP/1.0\r\nHost: $more[0]\r\nUser-Agent: pulumi-multipath\r\nConnection: close\r\n\r\n"
        : pack('n6', $attempt->{id}, 0x0100, 1, 0, 0, 0) . join('', map { pack 'C/a', $_ } split /\./, $more[0]) . pack('Cn2', 0, 1, 1);
    return ended($attempt, $now, "$!") if !defined syswrite $socket, $question;
    $attempt->{asked} = 1;
}

sub is_readable {
    my ($attempt, $now) = @_;
    my $got = sysread $attempt->{socket}, $attempt->{got}, 2048, length $attempt->{got};
    return if !defined $got && ($! == EAGAIN || $! == EINTR);
    return ended($attempt, $now, defined $got ? 'closed without an answer' : "$!") if !$got;
    return if length $attempt->{got} < 12;
    if ($attempt->{target}{kind} eq 'http') {
        return ended($attempt, $now, $attempt->{got} =~ m{^HTTP/\d\.\d [1-4]\d\d} ? undef : 'answered ' . substr $attempt->{got}, 9, 3);
    }
    # Another question's answer is none.
    if (unpack('n', $attempt->{got}) == $attempt->{id}) { ended($attempt, $now) } else { $attempt->{got} = '' }
}

sub ended {
    my ($attempt, $now, $problem) = @_;
    delete $attempts{ fileno $attempt->{socket} };
    my ($target, $burst, $number) = @$attempt{qw(target burst number)};
    defined $problem ? refused($target, $burst, $number, "$target->{address} $problem") : answered($target, $burst, $number, $now);
}

# ---- commands --------------------------------------------------------------------------------------------------------------

# What it says is nobody's. One at a time: a burst waits for the one before.
sub run {
    my ($target, $burst, $number, $now) = @_;
    my $process = fork;
    return "$!" if !defined $process;
    if ($process == 0) {
        $SIG{$_} = 'DEFAULT' for qw(PIPE CHLD);
        setpgrp;
        open STDIN, '<', '/dev/null';
        open $_, '>', '/dev/null' for *STDOUT, *STDERR;
        my ($name, $device, $gateway) = @{ $target->{of} };
        @ENV{qw(LINE DEVICE ADDRESS GATEWAY MARK)} = ($name, $device, $target->{source}, $gateway, $target->{mark});
        exec '/bin/sh', '-c', $target->{where} or exit 127;
    }
    $commands{$process} = { target => $target, burst => $burst, number => $number, until => $now + LONGEST };
    return;
}

# WNOHANG is 1.
sub reap {
    my ($now) = @_;
    while ((my $process = waitpid -1, 1) > 0) {
        my $status = $?;
        my $command = delete $commands{$process} or next;
        my ($target, $burst, $number) = @$command{qw(target burst number)};
        if ($status == 0) { answered($target, $burst, $number, $now) } else { refused($target, $burst, $number, '') }
    }
}

sub is_busy { my ($target) = @_; return grep { $_->{target} == $target } values %commands }

# Those that have something to say.
sub go_on_with {
    my ($in, $out, $now) = @_;
    for my $descriptor (keys %attempts) {
        my $attempt = $attempts{$descriptor};
        if ($attempt->{asked}) { is_readable($attempt, $now) if vec $in, $descriptor, 1 }
        elsif (vec $out, $descriptor, 1) { is_connected($attempt, $now) }
    }
}

# What takes longer than any answer is waited for.
sub give_up {
    my ($now) = @_;
    delete $attempts{ fileno $_->{socket} } for grep { $_->{until} <= $now } values %attempts;
    for my $process (keys %commands) { kill 'KILL', -$process if $commands{$process}{until} <= $now }
}

1;
