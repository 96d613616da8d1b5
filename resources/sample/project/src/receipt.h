#pragma once

namespace till {

struct Line {
    long quantity;
    long unitCents;
    int discountPercent;
    int vatPercent;
};

long percentOf(long cents, int percent);
long lineNet(const Line &line);
long receiptTotal(const Line *lines, int count);

} // namespace till
