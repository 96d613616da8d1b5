// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/fallback.h"
#include "tests/support/testregistry.h"

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

Result<FallbackChain> chainOf(std::initializer_list<const char *> models)
{
    std::vector<ModelRef> refs;
    for (const char *model : models)
        refs.push_back({model, "", ""});
    return FallbackChain::create(std::move(refs));
}

} // namespace

class TestFallback : public QObject
{
    Q_OBJECT

private slots:
    void theModelThatAnswersStaysActive()
    {
        auto chain = chainOf({"openai:a", "groq:b", "gemini:c"});
        QVERIFY(chain);
        chain->begin();
        QCOMPARE(chain->current().model, std::string("openai:a"));
        QVERIFY(chain->next(providerFailure()));
        QCOMPARE(chain->current().model, std::string("groq:b"));
        QVERIFY(chain->answered());
        chain->begin();
        QCOMPARE(chain->current().model, std::string("groq:b"));
        QVERIFY(!chain->answered());
        QCOMPARE(chain->active().model, std::string("groq:b"));
    }

    void afterAPromotionTheFallbackModelsAreTriedFromTheFirst()
    {
        auto chain = chainOf({"openai:a", "groq:b"});
        chain->begin();
        QVERIFY(chain->next(providerFailure()));
        chain->answered();
        chain->begin();
        QVERIFY(chain->next(providerFailure()));
        QCOMPARE(chain->current().model, std::string("groq:b"));
        QVERIFY(!chain->next(providerFailure()));
        QCOMPARE(chain->current().model, std::string("groq:b"));
    }

    void aRequestThatFailedBeginsAnewWithTheActiveModel()
    {
        auto chain = chainOf({"openai:a", "groq:b"});
        chain->begin();
        QVERIFY(chain->next(providerFailure()));
        QVERIFY(!chain->next(providerFailure()));
        chain->begin();
        QCOMPARE(chain->current().model, std::string("openai:a"));
    }

    void theFirstModelIsTriedAgainAfterItsPause_data()
    {
        QTest::addColumn<qlonglong>("hint");
        QTest::addColumn<qlonglong>("pause");
        QTest::newRow("five minutes") << -1LL << 300000LL;
        QTest::newRow("as its provider asks") << 40000LL << 40000LL;
    }
    void theFirstModelIsTriedAgainAfterItsPause()
    {
        QFETCH(qlonglong, hint);
        QFETCH(qlonglong, pause);
        auto chain = chainOf({"openai:a", "groq:b"});
        Error error = providerFailure();
        error.retryAfterMs = hint;
        chain->begin(1000);
        QVERIFY(chain->next(error, 1000));
        QVERIFY(chain->answered());
        QVERIFY(!chain->isFirstActive());
        chain->begin(1000 + pause - 1);
        QCOMPARE(chain->current().model, std::string("groq:b"));
        chain->begin(1000 + pause);
        QCOMPARE(chain->current().model, std::string("openai:a"));
        QVERIFY(chain->hasNext());
        QVERIFY(chain->answered());
        QVERIFY(chain->isFirstActive());
        chain->begin(1000 + pause);
        QCOMPARE(chain->current().model, std::string("openai:a"));
    }

    void aFirstModelThatFailsAgainIsAskedLessAndLessOften()
    {
        auto chain = chainOf({"openai:a", "groq:b", "gemini:c"});
        qlonglong now = 0;
        chain->begin(now);
        QVERIFY(chain->next(providerFailure(), now));
        chain->answered();
        for (const qlonglong pause : {300000, 600000, 1200000, 2400000, 3600000, 3600000}) {
            chain->begin(now + pause - 1);
            QCOMPARE(chain->current().model, std::string("groq:b"));
            QVERIFY(!chain->answered());
            now += pause;
            chain->begin(now);
            QCOMPARE(chain->current().model, std::string("openai:a"));
            QVERIFY(chain->next(providerFailure(), now));
            QCOMPARE(chain->current().model, std::string("groq:b"));
            QVERIFY(!chain->answered());
        }
    }

    void otherFailuresLeadNowhere()
    {
        auto chain = chainOf({"openai:a", "groq:b"});
        QVERIFY(!chain->next(makeError(ErrorCode::Cancelled, "stopped")));
        QVERIFY(!chain->next(makeError(ErrorCode::RateLimited, "the team's window is full")));
        QCOMPARE(chain->current().model, std::string("openai:a"));
        QVERIFY(!FallbackChain::create(std::vector<ModelRef>()));
    }
};

ORRERY_TEST(TestFallback)
#include "tst_fallback.moc"
