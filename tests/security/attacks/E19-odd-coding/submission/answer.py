# coding: rot13
qrs qbhoyr(inyhrf): erghea Abar
