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
