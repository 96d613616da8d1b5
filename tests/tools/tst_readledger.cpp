// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of the files that agents have seen, and how much of it is kept.
#include "core/tools/files/readledger.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::tools;

namespace {

/// A text of this size that begins with a line of its own.
std::string textOf(const std::string &name, std::size_t size)
{
    std::string text = name + "\n";
    text.resize(size, 'x');
    return text;
}

} // namespace

class TestReadLedger : public QObject
{
    Q_OBJECT

private:
    /// What is said of a change: `none`, `changed`, or `difference`.
    static QByteArray said(const ReadLedger &ledger, const std::string &file,
                           const std::string &now = "other\n", const std::string &agent = "coder")
    {
        const auto fresh = ledger.checkFresh(agent, file, now);
        if (fresh)
            return "none";
        return fresh.error().message.find("What has changed:") == std::string::npos ? "changed"
                                                                                    : "difference";
    }

private slots:
    void aLargeTextIsKnownByItsHashAlone()
    {
        ReadLedger ledger;
        for (const std::size_t size : {ReadLedger::kMostOfOne, ReadLedger::kMostOfOne + 1}) {
            const std::string text = textOf("a", size);
            ledger.saw("coder", "a", text);
            QCOMPARE(said(ledger, "a", text), QByteArray("none"));
            QCOMPARE(said(ledger, "a"), size == ReadLedger::kMostOfOne ? QByteArray("difference")
                                                                       : QByteArray("changed"));
        }
    }

    void theOldestTextsAreLetGoAndTheirHashesStay()
    {
        ReadLedger ledger;
        const auto name = [](std::size_t i) { return "f" + std::to_string(i); };
        const std::size_t most = ReadLedger::kMostOfAll / ReadLedger::kMostOfOne;
        for (std::size_t i = 0; i < most; ++i)
            ledger.saw("coder", name(i), textOf(name(i), ReadLedger::kMostOfOne));
        QCOMPARE(said(ledger, name(0)), QByteArray("difference")); // it all fits
        // Seen again, the first is the newest.
        ledger.saw("coder", name(0), textOf(name(0), ReadLedger::kMostOfOne));
        QCOMPARE(said(ledger, name(1)), QByteArray("difference")); // nothing has come to it
        ledger.saw("coder", "one more", "x");
        QCOMPARE(said(ledger, name(1)), QByteArray("changed"));
        QCOMPARE(said(ledger, name(1), textOf(name(1), ReadLedger::kMostOfOne)),
                 QByteArray("none"));
        QCOMPARE(said(ledger, name(0)), QByteArray("difference"));
        QCOMPARE(said(ledger, "one more"), QByteArray("difference"));
        std::size_t kept = 0;
        for (std::size_t i = 0; i < most; ++i)
            kept += said(ledger, name(i)) == "difference";
        QCOMPARE(kept, most / 2 - 1); // half of all, with the byte of `one more`
    }

    void whatWasForgottenMakesRoom()
    {
        ReadLedger ledger;
        const std::size_t most = ReadLedger::kMostOfAll / ReadLedger::kMostOfOne;
        for (int round = 0; round < 3; ++round)
            for (std::size_t i = 0; i < most; ++i) {
                ledger.saw("coder", "a", textOf(std::to_string(i), ReadLedger::kMostOfOne));
                ledger.saw("coder", "b", "kept\n");
                ledger.sawPart("coder", "a");
            }
        ledger.saw("coder", "a", textOf("a", ReadLedger::kMostOfOne));
        ledger.saw("coder", "c", "x");
        QCOMPARE(said(ledger, "b"), QByteArray("difference"));
        QCOMPARE(said(ledger, "a"), QByteArray("difference"));
        ledger.sawPart("coder", "a");
        QCOMPARE(said(ledger, "a"), QByteArray("none")); // it is not known as a whole
        ledger.sawPart("coder", "never seen");
        ledger.sawPart("lead", "b");
        QCOMPARE(said(ledger, "b"), QByteArray("difference"));
    }

    void eachAgentKnowsWhatItSaw()
    {
        ReadLedger ledger;
        ledger.saw("coder", "a", "one\n");
        ledger.saw("lead", "a", "two\n");
        QCOMPARE(said(ledger, "a", "one\n"), QByteArray("none"));
        QCOMPARE(said(ledger, "a", "two\n"), QByteArray("difference"));
        QCOMPARE(said(ledger, "a", "two\n", "lead"), QByteArray("none"));
        QCOMPARE(said(ledger, "a", "three\n", "stranger"), QByteArray("none"));
        QVERIFY(!ledger.checkReplace("stranger", "a", "two\n"));
        QVERIFY(ledger.checkReplace("stranger", "a", ""));
        ledger.wrote("lead", "a", "");
        QVERIFY(!ledger.checkReplace("stranger", "a", ""));
        QVERIFY(ledger.checkReplace("lead", "a", ""));
        QVERIFY(!ledger.checkReplace("stranger", "b", "from before\n"));
        QVERIFY(ledger.checkReplace("stranger", "b", ""));
    }
};

ORRERY_TEST(TestReadLedger)
#include "tst_readledger.moc"
