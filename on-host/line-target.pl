# What is known of one target of one line: how long its answers take, which of its probes have none, and what follows. Knows no clock and no socket:
# who uses it (line-watch.pl) says what has happened, and when. All times are seconds.
#
# Beside the steady probes, which are counted, there are bursts: as soon as an answer is missing `down` more probes are sent at short notice. Only
# when none of them is answered either the target is silent. Any answer ends a burst.
package Target;
use strict;

# i, t (line and target); period, burst_period (between probes), timeout (0: from the round trips), down, up, most (percent that may be lost), rtt (the last
# known, 0: none), sent, lost; tell: a function of a message's first word and the rest
sub new {
    my ($class, %given) = @_;
    my $self = bless {
        %given,
        deviation => $given{rtt} / 2,
        per_window => int(5 / $given{period}) || 1,
        window => 0, window_sent => 0, window_lost => 0, window_answers => 0, window_sum => 0,
        asked => 0, last => 0, row => 0,                                  # probes sent, the latest one with an answer, answers in a row
        times => {}, due => [],                                           # when each was sent; [number, until when it is waited for]
        loss => 0, over => 0, settled => 0, silent => 0, here => {},      # how much is lost of late, of those up to `settled`
        dead => 0, refusal => '', burst => undef, burst_asked => 0, burst_times => {},
    }, $class;
    $self->find_limit;
    return $self;
}

sub tell { my ($self, $what, $more) = @_; $self->{tell}->($what, "$self->{i} $self->{t}" . (length $more ? " $more" : '')) }

# ---- steady probes ---------------------------------------------------------------------------------------------------------

# Another probe is sent; returns its number.
sub ask {
    my ($self, $now) = @_;
    my $number = ++$self->{asked};
    $self->{times}{$number} = $now;
    delete $self->{times}{ $number - int(30 / $self->{period}) - 1 };
    push @{ $self->{due} }, [$number, $now + $self->{limit}];
    return $number;
}

sub answered {
    my ($self, $number, $now) = @_;
    my $asked = delete $self->{times}{$number} // return; # twice, or after half a minute
    my $took = $now - $asked;
    $took = 0 if $took < 0; # the clock was set
    $self->learn($took);
    $self->{burst} = undef;
    $self->{refusal} = '' if !$self->{dead};
    $self->{window_answers}++;
    $self->{window_sum} += $took;
    if ($number > $self->{last}) {
        my $missing = $number - $self->{last} - 1;
        $self->{last} = $number;
        $self->{row} = 0 if $missing >= $self->{down} + $self->{allowed} - 1;
        $self->{sent} += $missing + 1;
        $self->{lost} += $missing;
        # What was lost before this window has been told.
        my $recent = $number - $self->{window} * $self->{per_window};
        $recent = $missing if $missing < $recent;
        $self->{window_sent} += $recent + 1;
        $self->{window_lost} += $recent;
    } else {
        # Late, and counted as lost.
        $self->{lost}--;
        $self->{window_lost}-- if $self->{window_lost} > 0;
    }
    $self->{here}{$number} = 1;
    $self->settle;
    my $row = ++$self->{row};
    if ($row == 2 || $row % $self->{up} == 0) {
        $self->{dead} = 0;
        $self->tell('answers', $row);
    }
    if (!$self->{over} && $self->{loss} * 100 > $self->{most}) {
        $self->{over} = 1;
        $self->tell('lossy', int($self->{loss} * 100));
    } elsif ($self->{over} && $self->{loss} * 200 < $self->{most}) {
        $self->{over} = 0;
        $self->tell('clear', '');
    }
    $self->end_window($number) if int($number / $self->{per_window}) > $self->{window};
}

# Somebody on the way, or this host, says that a probe can't be delivered: it is no longer waited for. WORDS: `WHO WHAT`, `-` for this host.
sub refused {
    my ($self, $number, $words) = @_;
    my ($due) = grep { $_->[0] == $number } @{ $self->{due} } or return;
    $self->{refusal} = $words if !$self->{dead};
    $due->[1] = 0;
}

# What has answered so far counts no more.
sub begin_anew { $_[0]{row} = 0 }

# What is over by now. Returns whether a burst should tell what that means.
sub missed {
    my ($self, $now) = @_;
    my $doubt = 0;
    for (my $at = 0; $at < @{ $self->{due} };) {
        my ($number, $until) = @{ $self->{due}[$at] };
        if ($number > $self->{last} && $until > $now) { $at++; next }
        splice @{ $self->{due} }, $at, 1;
        my $missing = $number - $self->{last};
        next if $missing <= 0;
        $self->{row} = 0 if $missing >= $self->{down};
        $doubt = 1 if !$self->{dead} && !$self->{burst};
        $self->end_window($number) if int($number / $self->{per_window}) > $self->{window};
    }
    return $doubt;
}

# ---- bursts ----------------------------------------------------------------------------------------------------------------

sub begin_burst {
    my ($self, $now) = @_;
    $self->{burst} = { left => $self->{down}, next => $now, open => [] } if !$self->{dead} && !$self->{burst};
}

# Another probe of the burst is sent; returns its number.
sub ask_again {
    my ($self, $now) = @_;
    my $number = ++$self->{burst_asked};
    my $burst = $self->{burst};
    $self->{burst_times}{$number} = $now;
    delete $self->{burst_times}{ $number - 100 };
    push @{ $burst->{open} }, [$number, $now + $self->{limit}];
    $burst->{left}--;
    $burst->{next} = $now + $self->{burst_period};
    return $number;
}

sub burst_answered {
    my ($self, $number, $now) = @_;
    my $asked = delete $self->{burst_times}{$number} // return;
    $self->learn($now - $asked);
    $self->{burst} = undef;
    $self->{refusal} = '' if !$self->{dead};
}

sub burst_refused {
    my ($self, $number, $words) = @_;
    my $burst = $self->{burst} or return;
    for (@{ $burst->{open} }) {
        next if $_->[0] != $number;
        $_->[1] = 0;
        $self->{refusal} = $words;
    }
}

# Whether the burst is over by now, without an answer.
sub end_burst {
    my ($self, $now) = @_;
    my $burst = $self->{burst} or return;
    return if $burst->{left} > 0 || grep { $_->[1] > $now } @{ $burst->{open} };
    $self->{burst} = undef;
    $self->{dead} = 1;
    $self->{row} = 0;
    $self->tell('silent', $self->{refusal});
    $self->{refusal} = '';
}

# ---- time ------------------------------------------------------------------------------------------------------------------

# When something is over that nothing has come for; undefined while nothing is waited for.
sub next_time {
    my ($self) = @_;
    my $first = @{ $self->{due} } ? $self->{due}[0][1] : undef;
    my $burst = $self->{burst} or return $first;
    my ($next) = $burst->{left} > 0 ? $burst->{next} : sort { $b <=> $a } map { $_->[1] } @{ $burst->{open} };
    return !defined $first || $next < $first ? $next : $first;
}

# This host has had no time for so long: answers may lie unread, or could not be sent. Nothing is waited for more than a second longer by that.
sub excuse {
    my ($self, $late) = @_;
    my $burst = $self->{burst};
    for (@{ $self->{due} }, $burst ? @{ $burst->{open} } : ()) {
        my $more = 1 - ($_->[2] // 0);
        $more = $late if $late < $more;
        next if !$_->[1];
        $_->[1] += $more;
        $_->[2] = ($_->[2] // 0) + $more;
    }
}

sub learn {
    my ($self, $took) = @_;
    if ($self->{rtt} == 0) {
        $self->{rtt} = $took;
        $self->{deviation} = $took / 2;
    } else {
        $self->{deviation} += (abs($took - $self->{rtt}) - $self->{deviation}) / 4;
        $self->{rtt} += ($took - $self->{rtt}) / 8;
    }
    $self->find_limit;
}

# How long an answer may take, and after how many further probes that is over: of a slow line it comes later than the next probe is sent.
sub find_limit {
    my ($self) = @_;
    my $limit = $self->{timeout} || ($self->{rtt} ? $self->{rtt} + 4 * $self->{deviation} + 0.05 : 0.5);
    $limit = 5 if $limit > 5;
    $self->{limit} = $limit;
    $self->{allowed} = int($limit / $self->{period}) + 1;
}

# ---- counting --------------------------------------------------------------------------------------------------------------

# What has become of the probes up to one that nothing more will come for, with a memory of a hundred. An outage is no loss: else a line would pay for
# it long after it is back.
sub settle {
    my ($self) = @_;
    while ($self->{settled} < $self->{last} - $self->{allowed}) {
        if (delete $self->{here}{ ++$self->{settled} }) {
            if ($self->{silent} <= $self->{down} + 1) {
                for (; $self->{silent} > 0; $self->{silent}--) { $self->{loss} += (1 - $self->{loss}) / 100 }
            }
            $self->{silent} = 0;
            $self->{loss} -= $self->{loss} / 100;
        } else {
            $self->{silent}++;
        }
    }
}

# Round trips are told in microseconds, the limit in milliseconds.
sub end_window {
    my ($self, $number) = @_;
    my $unanswered = $number - $self->{last};
    $unanswered = 0 if $unanswered < 0;
    my $recent = $unanswered < $self->{per_window} ? $unanswered : $self->{per_window};
    $self->{window} = int($number / $self->{per_window});
    my $mean = $self->{window_answers} ? int($self->{window_sum} / $self->{window_answers} * 1e6 + 0.5) : '-';
    $self->tell(
        'counts',
        join ' ', $self->{sent} + $unanswered, $self->{lost} + $unanswered, $self->{rtt} ? int($self->{rtt} * 1e6 + 0.5) : '-',
        int($self->{limit} * 1000), $self->{window_sent} + $recent, $self->{window_lost} + $recent, $mean,
    );
    $self->{$_} = 0 for qw(window_sent window_lost window_sum window_answers);
}

1;
