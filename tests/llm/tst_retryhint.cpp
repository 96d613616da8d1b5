// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/retryhint.h"
#include "tests/support/testregistry.h"

#include <QDateTime>
#include <QTest>

using namespace orrery;
using namespace orrery::llm;

class TestRetryHint : public QObject
{
    Q_OBJECT

private slots:
    void understandsWhatServersSay_data()
    {
        QTest::addColumn<QByteArray>("headers"); ///< a JSON object
        QTest::addColumn<qlonglong>("ms");
        const auto row = [](const char *name, const char *headers, qlonglong ms) {
            QTest::newRow(name) << QByteArray(headers) << ms;
        };
        row("nothing", R"({"content-type":"x"})", -1);
        row("seconds", R"({"Retry-After":"7"})", 7000);
        row("at once", R"({"Retry-After":"0"})", 0);
        row("a fraction", R"({"retry-after":"0.25"})", 250);
        row("a date", R"({"Retry-After":"Thu, 29 Feb 2024 12:00:30 GMT"})", 30000);
        row("a date gone by", R"({"Retry-After":"Thu, 29 Feb 2024 11:00:00 GMT"})", 0);
        row("milliseconds win", R"({"retry-after-ms":"1500","retry-after":"9"})", 1500);
        row("words", R"({"Retry-After":"soon"})", -1);
        row("a span",
            R"({"x-ratelimit-remaining-requests":"0","x-ratelimit-reset-requests":"1m2.5s"})",
            62500);
        row("milliseconds as a span", R"({"x-ratelimit-reset-tokens":"12ms"})", 12);
        row("the limit that is used up",
            R"({"x-ratelimit-remaining-requests":"40","x-ratelimit-reset-requests":"6h",)"
            R"("x-ratelimit-remaining-tokens":"0","x-ratelimit-reset-tokens":"7.66s"})",
            7660);
        row("the later of two",
            R"({"x-ratelimit-reset-requests":"1s","x-ratelimit-reset-tokens":"2s"})", 2000);
        row("a moment in seconds", R"({"X-RateLimit-Reset":"1709208010"})", 10000);
        row("a moment in ms", R"({"X-RateLimit-Reset":"1709208010500"})", 10500);
        row("a moment",
            R"({"anthropic-ratelimit-input-tokens-remaining":"0",)"
            R"("anthropic-ratelimit-input-tokens-reset":"2024-02-29T12:01:00Z"})",
            60000);
        row("Retry-After before limits", R"({"retry-after":"3","x-ratelimit-reset-tokens":"9s"})",
            3000);
        row("not a span", R"({"x-ratelimit-reset-tokens":"5 parsecs"})", -1);
    }
    void understandsWhatServersSay()
    {
        QFETCH(QByteArray, headers);
        QFETCH(qlonglong, ms);
        const auto now =
            QDateTime(QDate(2024, 2, 29), QTime(12, 0, 0), Qt::UTC).toMSecsSinceEpoch();
        HttpHeaders list;
        const Json json = Json::parse(headers.toStdString());
        for (const auto &[name, value] : json.items())
            list.emplace_back(name, value.get<std::string>());
        QCOMPARE(qlonglong(retryHintMs({}, list, now)), ms);
    }

    void theBodyCountsFirst()
    {
        const Json body = {{"error",
                            {{"details",
                              {{{"@type", "type.googleapis.com/google.rpc.RetryInfo"},
                                {"retryDelay", "21.5s"}}}}}}};
        QCOMPARE(retryHintMs(body, {{"Retry-After", "3"}}, 0), 21500LL);
        QCOMPARE(retryInfoMs(body, {}).value(), 21500LL);
    }
};

ORRERY_TEST(TestRetryHint)
#include "tst_retryhint.moc"
