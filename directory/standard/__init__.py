"""The national standard of places of digital mediation, v0.1.1 and v1.0.2; its French columns live here only.

https://github.com/LaMednum/standard-mediation-num

files     bytes → raw rows        reading   raw row → VenueRow, with what had to be mended
mending   one value at a time     placing   where it is, checked against the commune it names
grouping  rows of one venue → one record     writing   record → rows of v1.0.2
"""
