"""What gevent gives the rest: greenlets, mailboxes, the clock, supervision."""
