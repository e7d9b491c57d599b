# SPDX-License-Identifier: GPL-2.0-only
# proxy.pl PORT ADDRESS PORT: hands each connection on, as a proxy does. Writes "listening".
use strict;
use warnings;
use IO::Select;
use IO::Socket::IP;

my ($port, $address, $target) = @ARGV;
my $listener = IO::Socket::IP->new(LocalPort => $port, Listen => 5, ReuseAddr => 1) or die "cannot listen: $!\n";
$| = 1;
print "listening\n";
my %other;
my $all = IO::Select->new($listener);
while (my @ready = $all->can_read) {
    for my $from (@ready) {
        if ($from == $listener) {
            my $in = $listener->accept or next;
            my $out = IO::Socket::IP->new(PeerHost => $address, PeerPort => $target) or die "cannot connect: $!\n";
            @other{$in, $out} = ($out, $in);
            $all->add($in, $out);
            next;
        }
        my $to = $other{$from} or next;
        if (sysread $from, my $data, 65536) { syswrite $to, $data }
        else {
            $all->remove($from, $to);
            delete @other{$from, $to};
            close $_ for $from, $to;
        }
    }
}
