#include "receipt.h"

namespace till {

long percentOf(long cents, int percent)
{
    return cents * percent / 100;
}

long lineNet(const Line &line)
{
    const long gross = line.quantity * line.unitCents;
    return gross - percentOf(gross, line.discountPercent);
}

long receiptTotal(const Line *lines, int count)
{
    long total = 0;
    for (int i = 0; i < count; ++i) {
        const long net = lineNet(lines[i]);
        total += net + percentOf(net, lines[i].vatPercent);
    }
    return total;
}

} // namespace till
