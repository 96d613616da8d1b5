// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/fallback.h"

#include <QTest>

using namespace orrery;
using orrery::llm::FallbackChain;

namespace {

Error providerFailure()
{
    Error error = makeError(ErrorCode::Server, "down");
    error.fromProvider = true;
    return error;
}

} // namespace

class TestFallback : public QObject
{
    Q_OBJECT

private slots:
    void theModelThatAnswersStaysActive()
    {
        auto chain = FallbackChain::create({"openai:a", "groq:b", "gemini:c"});
        QVERIFY(chain);
        chain->begin();
        QCOMPARE(chain->current(), std::string("openai:a"));
        QVERIFY(chain->next(providerFailure()));
        QCOMPARE(chain->current(), std::string("groq:b"));
        QVERIFY(chain->answered());
        chain->begin();
        QCOMPARE(chain->current(), std::string("groq:b"));
        QVERIFY(!chain->answered());
        QCOMPARE(chain->active(), std::string("groq:b"));
    }

    void afterAPromotionTheFallbackModelsAreTriedFromTheFirst()
    {
        auto chain = FallbackChain::create({"openai:a", "groq:b"});
        chain->begin();
        QVERIFY(chain->next(providerFailure()));
        chain->answered();
        chain->begin();
        QVERIFY(chain->next(providerFailure()));
        QCOMPARE(chain->current(), std::string("groq:b"));
        QVERIFY(!chain->next(providerFailure()));
        QCOMPARE(chain->current(), std::string("groq:b"));
    }

    void aRequestThatFailedBeginsAnewWithTheActiveModel()
    {
        auto chain = FallbackChain::create({"openai:a", "groq:b"});
        chain->begin();
        QVERIFY(chain->next(providerFailure()));
        QVERIFY(!chain->next(providerFailure()));
        chain->begin();
        QCOMPARE(chain->current(), std::string("openai:a"));
    }

    void otherFailuresLeadNowhere()
    {
        auto chain = FallbackChain::create({"openai:a", "groq:b"});
        QVERIFY(!chain->next(makeError(ErrorCode::Cancelled, "stopped")));
        QVERIFY(!chain->next(makeError(ErrorCode::RateLimited, "the team's window is full")));
        QCOMPARE(chain->current(), std::string("openai:a"));
        QVERIFY(!FallbackChain::create({}));
    }
};

QTEST_APPLESS_MAIN(TestFallback)
#include "tst_fallback.moc"
