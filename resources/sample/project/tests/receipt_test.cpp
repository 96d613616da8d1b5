#include "../src/receipt.h"

#include <cstdio>

static int checks = 0;
static int failures = 0;

static void check(const char *name, long actual, long expected)
{
    ++checks;
    if (actual == expected) {
        std::printf("ok    %s\n", name);
    } else {
        ++failures;
        std::printf("FAIL  %s: expected %ld, got %ld\n", name, expected, actual);
    }
}

int main()
{
    using namespace till;
    const Line coffee{2, 325, 0, 19};
    const Line book{1, 1499, 10, 7};
    const Line refund{-2, 325, 0, 19};
    const Line sale[] = {coffee, book};
    const Line cancelled[] = {coffee, refund};

    check("a whole percentage", percentOf(400, 25), 100);
    check("an exact half goes up", percentOf(250, 5), 13);
    check("a negative half goes down", percentOf(-250, 5), -13);
    check("a discount is rounded", lineNet(book), 1349);
    check("a receipt with two rates", receiptTotal(sale, 2), 774 + 1443);
    check("a refund cancels its sale", receiptTotal(cancelled, 2), 0);

    if (failures > 0)
        std::printf("%d of %d checks failed.\n", failures, checks);
    else
        std::printf("All %d checks passed.\n", checks);
    return failures > 0;
}
