// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modeltable.h"
#include "core/model/prices.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class TestPrices : public QObject
{
    Q_OBJECT

private slots:
    void aCallCostsWhatItsTokensCost_data()
    {
        QTest::addColumn<QString>("provider");
        QTest::addColumn<int>("input");
        QTest::addColumn<int>("output");
        QTest::addColumn<int>("cacheRead");
        QTest::addColumn<int>("cacheWrite");
        QTest::addColumn<double>("dollars");
        // 2 $ in, 10 $ out, 0.2 $ from the cache, 2.5 $ into it, for a million tokens each.
        QTest::newRow("plain") << "openai" << 1000000 << 100000 << 0 << 0 << 3.0;
        QTest::newRow("nothing") << "openai" << 0 << 0 << 0 << 0 << 0.0;
        QTest::newRow("cached among the input") << "openai" << 1000000 << 0 << 500000 << 0 << 1.1;
        QTest::newRow("cached beside it") << "anthropic" << 1000000 << 0 << 500000 << 0 << 2.1;
        QTest::newRow("written beside it") << "anthropic" << 0 << 0 << 0 << 1000000 << 2.5;
        QTest::newRow("more cached than there is") << "gemini" << 10 << 0 << 1000000 << 0 << 0.2;
    }
    void aCallCostsWhatItsTokensCost()
    {
        QFETCH(QString, provider);
        QFETCH(int, input);
        QFETCH(int, output);
        QFETCH(int, cacheRead);
        QFETCH(int, cacheWrite);
        QFETCH(double, dollars);
        Usage usage;
        usage.inputTokens = input;
        usage.outputTokens = output;
        usage.cacheReadInputTokens = cacheRead;
        usage.cacheCreationInputTokens = cacheWrite;
        Price price;
        price.input = 2;
        price.output = 10;
        price.cacheRead = 0.2;
        price.cacheWrite = 2.5;
        QVERIFY(qAbs(costOf(price, usage, provider.toStdString(), ModelTable::own()) - dollars)
                < 1e-9);
        // What is reserved for a call is never less than what it costs.
        const int all = input + cacheRead + cacheWrite;
        QVERIFY(highestCost(price, all, output) >= dollars - 1e-9);
    }

    void whatIsThoughtIsPaidAsOutputAndLongPromptsCostMore()
    {
        Price price;
        price.input = 1;
        price.output = 10;
        price.longOver = 1000;
        price.longRates.input = 2;
        price.longRates.output = 15;
        Usage usage;
        usage.inputTokens = 1000;
        usage.outputTokens = 100;
        usage.reasoningTokens = 90;
        QVERIFY(qAbs(costOf(price, usage, "openai", ModelTable::own()) - 0.002) < 1e-12);
        usage.inputTokens = 1001;
        QVERIFY(qAbs(costOf(price, usage, "openai", ModelTable::own()) - (2002 + 1500) / 1e6)
                < 1e-12);
        // What came from a cache makes a prompt long too.
        usage.inputTokens = 500;
        usage.cacheReadInputTokens = 600;
        QVERIFY(qAbs(costOf(price, usage, "anthropic", ModelTable::own()) - (2200 + 1500) / 1e6)
                < 1e-12);
        QVERIFY(highestCost(price, 1001, 100) >= (2002 + 1500) / 1e6 - 1e-12);
    }
};

ORRERY_TEST(TestPrices)
#include "tst_prices.moc"
