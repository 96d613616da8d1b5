// SPDX-License-Identifier: GPL-3.0-or-later
// What the errors of providers mean: money that is gone, a conversation that is too long, or something that passes.
#include "core/llm/httperror.h"
#include "core/llm/outputlimit.h"
#include "tests/support/testregistry.h"

#include <QTest>

#ifndef Q_MOC_RUN // it cannot read the texts
#include "tests/support/errorcases.h"
#endif

using namespace orrery;
using namespace orrery::llm;

class TestErrorKinds : public QObject
{
    Q_OBJECT

private slots:
    void saysWhatAnAnswerMeans_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("kind");
        for (const testing::ErrorCase &each : testing::errorCases())
            QTest::newRow(each.name) << each.status << QByteArray(each.body) << each.kind;
    }
    void saysWhatAnAnswerMeans()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QString, kind);
        const std::string text = body.toStdString();
        const Error error = errorFromAnswer(status, "host", text);
        QCOMPARE(error.code == ErrorCode::Budget, kind == "money");
        QCOMPARE(error.retryable, kind == "passes");
        QCOMPARE(isContextTooLong(error), kind == "too long");

        // The same inside an answer whose status was 200.
        const Json json = Json::parse(text, nullptr, false);
        if (!json.is_object() || !json.contains("error") || status == 402)
            return;
        const Error inside = errorFromErrorObject(json["error"], "host");
        QCOMPARE(inside.code == ErrorCode::Budget, kind == "money");
        QCOMPARE(isContextTooLong(inside), kind == "too long");
    }

    void knowsTheRoomOfAnAnswer()
    {
        ModelProfile unknown;
        ModelProfile known;
        known.outputTokens = 32000;
        const Json none = Json::object();
        const Json some = {{"max_completion_tokens", 1000}};
        QCOMPARE(outputLimitOf(unknown, none), std::int64_t(4096));
        QCOMPARE(outputLimitOf(known, none), std::int64_t(32000));
        QCOMPARE(outputLimitOf(known, some), std::int64_t(1000));
        QVERIFY(!largerOutputLimit(known, none));
        QCOMPARE(largerOutputLimit(known, some), std::optional<std::int64_t>(32000));
        QCOMPARE(largerOutputLimit(unknown, some), std::optional<std::int64_t>(4000));
        QVERIFY(!largerOutputLimit(known, {{"max_tokens", 32000}}));
        Json settings = some;
        setOutputLimit(settings, 5);
        QVERIFY(settings == (Json{{"max_completion_tokens", 5}}));
        settings = none;
        setOutputLimit(settings, 5);
        QVERIFY(settings == (Json{{"max_tokens", 5}}));
    }
};

ORRERY_TEST(TestErrorKinds)
#include "tst_errorkinds.moc"
