# SPDX-License-Identifier: GPL-2.0-only
# sockopts.pl PID PORT [IDLE INTERVAL COUNT]: the keepalive settings of the TCP socket of process PID whose peer has PORT, as
# "SO_KEEPALIVE TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT", a line for each such socket; with values: sets them first. "no socket" where there
# is none. Needs root. The system calls have the same numbers on x86-64 and aarch64 (Linux 5.6).
use strict;
use warnings;
use Socket qw(:DEFAULT SO_KEEPALIVE IPPROTO_TCP AF_INET AF_INET6);
use constant { PIDFD_OPEN => 434, PIDFD_GETFD => 438, TCP_KEEPIDLE => 4, TCP_KEEPINTVL => 5, TCP_KEEPCNT => 6 };

my ($pid, $port, @values) = @ARGV;
my $process = syscall(PIDFD_OPEN, $pid + 0, 0);
die "process $pid: $!\n" if $process < 0;
my $found = 0;
for my $path (glob "/proc/$pid/fd/*") {
    my $what = readlink $path;
    next unless defined $what && $what =~ /^socket:/;
    my ($number) = $path =~ m{(\d+)$};
    my $fd = syscall(PIDFD_GETFD, $process, $number + 0, 0);
    next if $fd < 0;
    open my $socket, '+<&=', $fd or die "descriptor $fd: $!\n";
    my $peer = getpeername $socket or next;
    my $family = sockaddr_family($peer);
    next unless $family == AF_INET || $family == AF_INET6;
    # The port is at the same place in both.
    next unless unpack('x2 n', $peer) == $port;
    $found++;
    if (@values) {
        setsockopt $socket, SOL_SOCKET, SO_KEEPALIVE, 1 or die "SO_KEEPALIVE: $!\n";
        my @options = (TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT);
        for my $i (0 .. 2) { setsockopt $socket, IPPROTO_TCP, $options[$i], $values[$i] + 0 or die "option $options[$i]: $!\n" }
    }
    print join(' ', map { unpack 'i', getsockopt($socket, $_->[0], $_->[1]) // die "getsockopt: $!\n" } [SOL_SOCKET, SO_KEEPALIVE],
        [IPPROTO_TCP, TCP_KEEPIDLE], [IPPROTO_TCP, TCP_KEEPINTVL], [IPPROTO_TCP, TCP_KEEPCNT]), "\n";
}
print "no socket\n" unless $found;
