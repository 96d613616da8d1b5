// SPDX-License-Identifier: GPL-3.0-or-later
// Answers as servers give them beside what their documents say.
#include "core/llm/responsedecode.h"
#include "core/llm/replyreader.h"
#include "core/model/boundedjson.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::llm;

namespace {

constexpr char kThinkingList[] =
    R"({"choices":[{"message":{"role":"assistant","content":[
        {"type":"thinking","thinking":[{"type":"text","text":"two and "},{"type":"text","text":"two"}]},
        {"type":"reference","reference_ids":[1]},
        {"type":"text","text":"It is "},{"type":"text","text":"4."}]}}]})";

constexpr char kThinkingListStream[] =
    R"(data: {"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"two and "}]}]}}]}

data: {"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"two"}]}]}}]}

data: {"choices":[{"delta":{"content":[{"type":"text","text":"It is 4."}]},"finish_reason":"stop"}]}

)";

constexpr char kHiddenThinking[] = R"({"model":"m","content":[
    {"type":"thinking","thinking":"","signature":"c2ln"},{"type":"text","text":"4"}]})";

std::string text(const std::optional<std::string> &text) { return text.value_or("(none)"); }

} // namespace

class TestAnswers : public QObject
{
    Q_OBJECT

private slots:
    void aListOfBlocksIsContent()
    {
        const auto message = decodeResponse(Json::parse(kThinkingList), WireForm::OpenAi);
        QVERIFY(message);
        QCOMPARE(text(message->content), std::string("It is 4."));
        QCOMPARE(text(message->reasoningContent), std::string("two and two"));
    }

    void aListOfBlocksIsContentInAStream()
    {
        ReplyReader reader({}, "host");
        std::vector<ModelDelta> deltas;
        reader.feed(kThinkingListStream, deltas);
        const auto reply = reader.end(false, "");
        QVERIFY(reply);
        QCOMPARE(text(reply->message.content), std::string("It is 4."));
        QCOMPARE(text(reply->message.reasoningContent), std::string("two and two"));
    }

    void hiddenThinkingIsNoMistake()
    {
        const auto message = decodeResponse(Json::parse(kHiddenThinking), WireForm::Anthropic);
        QVERIFY(message);
        QCOMPARE(text(message->content), std::string("4"));
        QCOMPARE(text(message->reasoningContent), std::string("(none)"));
    }

    void argumentsThatAreTooDeepAreNotRead()
    {
        const auto nested = [](int levels) {
            return "{\"a\":" + std::string(std::size_t(levels) - 1, '[')
                   + std::string(std::size_t(levels) - 1, ']') + "}";
        };
        ToolCall call;
        readArguments(call, nested(kDeepestJson));
        QVERIFY(!call.invalidArguments && call.arguments.contains("a"));
        readArguments(call, nested(1000000));
        QVERIFY(call.invalidArguments && call.arguments.empty());
    }
};

ORRERY_TEST(TestAnswers)
#include "tst_answers.moc"
