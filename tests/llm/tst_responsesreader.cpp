// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of OpenAI's Responses API, streamed and whole, of OpenAI and of servers that send less.
#include "tests/llm/responsesstreams.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <random>

using namespace orrery;
using namespace orrery::llm;
using namespace orrery::test;

namespace {

/// Reasoning in two parts, a word on the way, a server's own tool, a call, reasoning, a call.
Json longOutput()
{
    return Json::array({reasoningItem("1", {"First, look.", "Then read."}),
                        messageItem("2", "I look at the file. ", "commentary"),
                        {{"type", "web_search_call"}, {"id", "ws_3"}, {"status", "completed"}},
                        callItem("4", "{\"path\":\"a.txt\"}"),
                        reasoningItem("5", {"And b."}),
                        callItem("6", "{\"path\": \"b.txt\"}")});
}

std::vector<Json> without(std::vector<Json> events, const std::string &part)
{
    std::erase_if(events, [&](const Json &event) {
        return event["type"].get<std::string>().find(part) != std::string::npos;
    });
    return events;
}

std::vector<Json> longStream() { return streamOf(answerOf(longOutput())); }

/// Without what tells who answered and how it ended, which some servers leave out.
Json said(const ReadAnswer &read)
{
    Json all = shown(read);
    if (all.contains("error"))
        return all;
    Json calls = Json::array();
    for (const Json &call : all["message"]["tool_calls"])
        calls.push_back({call["id"], call["name"], call["arguments"]});
    return {all["message"]["content"], all["message"]["reasoning_content"], calls, all["text"],
            all["thinking"]};
}

std::string differing(const Json &actual, const Json &expected)
{
    return Json::diff(expected, actual).dump() + " of " + actual.dump();
}

Json failedAnswer(const Json &error)
{
    Json answer = answerOf(Json::array(), "failed");
    answer["error"] = error;
    return answer;
}

} // namespace

class TestResponsesReader : public QObject
{
    Q_OBJECT

private slots:
    void aStreamIsRead()
    {
        const ReadAnswer read = readAnswer(eventStream(longStream()));
        QVERIFY2(read.reply, shown(read).dump().c_str());
        const ModelReply &reply = *read.reply;
        QCOMPARE(*reply.message.content, std::string("I look at the file. "));
        QCOMPARE(*reply.message.reasoningContent,
                 std::string("First, look.\n\nThen read.\n\nAnd b."));
        QCOMPARE(read.text, *reply.message.content);
        QCOMPARE(read.thinking, *reply.message.reasoningContent);
        QCOMPARE(reply.message.toolCalls.size(), std::size_t(2));
        QCOMPARE(*reply.message.toolCalls[1].id, std::string("call_6"));
        QCOMPARE(*reply.message.toolCalls[1].name, std::string("read_file"));
        QVERIFY(reply.message.toolCalls[1].arguments == Json({{"path", "b.txt"}}));
        QCOMPARE(reply.usage.requests, 1);
        QCOMPARE(reply.usage.toolCalls, 2);
        QCOMPARE(reply.usage.inputTokens, 100);
        QCOMPARE(reply.usage.cacheReadInputTokens, 64);
        QCOMPARE(reply.usage.cacheCreationInputTokens, 8);
        QCOMPARE(reply.usage.outputTokens, 50);
        QCOMPARE(reply.usage.reasoningTokens, 32);
        QCOMPARE(reply.usage.totalTokens, 150);
        QVERIFY(reply.rawUsage == answerOf({})["usage"]);
        QCOMPARE(reply.model, std::string("gpt-5-2025-08-07"));
        QCOMPARE(reply.finishReason, std::string("completed"));
        QCOMPARE(toString(reply.ending), "tool_calls");
        const BlockList &blocks = *reply.message.blocks;
        QCOMPARE(blocks.form, std::string("openai-responses"));
        QCOMPARE(blocks.provider, std::string("openai-responses"));
        QCOMPARE(blocks.model, std::string("gpt-5"));
        std::string kinds;
        for (const Block &block : blocks.blocks)
            kinds += std::string(toString(block.kind)) + " ";
        QCOMPARE(kinds, std::string("thinking text opaque tool_call thinking tool_call "));
        QVERIFY(reply.message.metadata.is_null());
    }

    void cutsDoNotMatter()
    {
        const Json output = Json::array(
            {reasoningItem("1", {"A.", "B."}), messageItem("2", "Hello."), callItem("3", "{}")});
        const std::string bytes =
            eventStream(without(streamOf(answerOf(output)), "response.in_progress"));
        const Json whole = shown(readAnswer(bytes));
        QVERIFY(!whole.contains("error"));
        std::vector<std::size_t> each;
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            each.push_back(cut);
            if (shown(readAnswer(bytes, {cut})) != whole)
                QFAIL(("cut at " + std::to_string(cut)).c_str());
        }
        QVERIFY(shown(readAnswer(bytes, each)) == whole);
        const auto seed = QRandomGenerator::global()->generate();
        std::mt19937 random(seed);
        for (int i = 0; i < 50; ++i) {
            std::vector<std::size_t> cuts;
            for (int n = int(random() % 40); n > 0; --n)
                cuts.push_back(random() % bytes.size());
            std::sort(cuts.begin(), cuts.end());
            QVERIFY2(shown(readAnswer(bytes, cuts)) == whole,
                     ("seed " + std::to_string(seed)).c_str());
        }
    }

    void anEventThatIsCutOffIsNoAnswer()
    {
        const std::string bytes = eventStream(longStream());
        const std::size_t last = bytes.rfind("data: ");
        for (std::size_t size = 0; size < last; size += 7) {
            const ReadAnswer read = readAnswer(bytes.substr(0, size));
            QVERIFY2(!read.reply, std::to_string(size).c_str());
        }
        const ReadAnswer read = readAnswer(bytes.substr(0, last));
        QCOMPARE(toString(read.reply.error().code), "network");
        QVERIFY(read.reply.error().retryable);
    }

    void serversThatSendLessAreUnderstood_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char *name, const std::string &bytes) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes);
        };
        const Json answer = answerOf(longOutput());
        row("all events", eventStream(longStream()));
        row("the last event alone", eventStream({longStream().back()}));
        row("the answer as an event", eventStream({answer}));
        row("the answer itself", answer.dump(2));
        row("no pieces", eventStream(without(longStream(), ".delta")));
        row("no texts as a whole", eventStream(without(longStream(), "text.done")));
        row("items alone",
            eventStream(without(without(without(longStream(), "_text."), "_part."), "arguments")));
        row("pieces, and items as they begin",
            eventStream(without(without(longStream(), "item.done"), "text.done")));
        std::vector<Json> unknown;
        for (const Json &event : longStream()) {
            unknown.push_back(
                {{"type", "response.dance.delta"}, {"delta", "x"}, {"output_index", 0}});
            unknown.push_back(event);
            unknown.push_back({{"type", "keepalive"}, {"sequence_number", 3}});
        }
        row("unknown events", eventStream(unknown));
        std::vector<Json> bare = longStream();
        bare.back()["response"] = {{"id", "resp_1"}, {"output", Json::array()}};
        row("no output in the last event", eventStream(bare));
        bare = without(without(bare, "_text."), "arguments");
        for (Json &event : bare)
            event.erase("output_index");
        row("items without a place", eventStream(bare));
        std::vector<Json> rotated = longStream();
        for (std::size_t i = 0; i < rotated.size(); ++i)
            if (rotated[i].contains("item_id"))
                rotated[i]["item_id"] = "other" + std::to_string(i);
        row("ids that change", eventStream(rotated));
        bare = longStream();
        bare.pop_back();
        row("[DONE] in place of the last event", eventStream(bare) + "data: [DONE]\n\n");
        std::vector<Json> done = longStream();
        done.back()["type"] = "response.done";
        row("response.done", eventStream(done));
    }
    void serversThatSendLessAreUnderstood()
    {
        QFETCH(QByteArray, bytes);
        Json expected = said(readAnswer(eventStream(longStream())));
        const bool isPlain = bytes.startsWith('{');
        if (isPlain) { // nothing of it can be shown before its end
            expected[3] = "";
            expected[4] = "";
        }
        const ReadAnswer read = readAnswer(bytes.toStdString());
        QVERIFY2(said(read) == expected, differing(said(read), expected).c_str());
        QVERIFY(shown(readAnswer(bytes.toStdString(), {}, !isPlain)) == shown(read));
    }

    void theLastEventCounts()
    {
        std::vector<Json> events = longStream();
        events.back()["response"]["output"] = Json::array({messageItem("9", "Instead.")});
        const ReadAnswer read = readAnswer(eventStream(events));
        QVERIFY2(read.reply, shown(read).dump().c_str());
        QCOMPARE(*read.reply->message.content, std::string("Instead."));
        QVERIFY(read.reply->message.toolCalls.empty());
        QVERIFY(!read.reply->message.reasoningContent);
        QCOMPARE(toString(read.reply->ending), "end");
    }

    void encryptedReasoningIsTakenFromItsItem()
    {
        std::vector<Json> events = longStream();
        for (Json &item : events.back()["response"]["output"])
            item.erase("encrypted_content");
        const ReadAnswer read = readAnswer(eventStream(events));
        QVERIFY(shown(read) == shown(readAnswer(eventStream(longStream()))));
    }

    void reasoningInWordsIsThinking()
    {
        const std::vector<Json> events = {
            {{"type", "response.reasoning_text.delta"}, {"output_index", 0}, {"delta", "Let me "}},
            {{"type", "response.reasoning_text.delta"}, {"output_index", 0}, {"delta", "think"}},
            {{"type", "response.output_text.delta"}, {"output_index", 1}, {"delta", "4"}},
            {{"type", "response.completed"}}};
        const ReadAnswer read = readAnswer(eventStream(events));
        QVERIFY2(read.reply, shown(read).dump().c_str());
        QCOMPARE(*read.reply->message.reasoningContent, std::string("Let me think"));
        QCOMPARE(*read.reply->message.content, std::string("4"));
        QCOMPARE(read.thinking, std::string("Let me think"));
    }

    /// Escapes that the quick reader leaves to the library.
    void halvesOfCharactersComeTogether()
    {
        const std::string bytes =
            "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,"
            "\"delta\":\"\\ud83c\\udf0d gr\\u00fc\\u00df\"}\n\ndata: "
            "{\"type\":\"response.completed\"}\n\n";
        QCOMPARE(readAnswer(bytes).text, std::string("🌍 grüß"));
    }

    void endings_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("ending");
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](const char *name, const Json &answer, const char *ending,
                            const char *reason) {
            QTest::newRow(name) << QByteArray::fromStdString(answer.dump()) << QByteArray(ending)
                                << QByteArray(reason);
        };
        const auto cut = [](Json output, const char *why) {
            Json answer = answerOf(std::move(output), "incomplete");
            answer["incomplete_details"] = {{"reason", why}};
            return answer;
        };
        const Json text = Json::array({messageItem("1", "Yes.")});
        const Json call = Json::array({callItem("1", "{}")});
        Json refused = Json::array({messageItem("1", "")});
        refused[0]["content"] = Json::array({{{"type", "refusal"}, {"refusal", "I will not."}}});
        row("text", answerOf(text), "end", "completed");
        row("nothing", answerOf(Json::array()), "end", "completed");
        row("a call", answerOf(call), "tool_calls", "completed");
        row("a refusal", answerOf(refused), "refusal", "completed");
        row("cut text", cut(text, "max_output_tokens"), "length", "max_output_tokens");
        row("a cut call", cut(call, "max_output_tokens"), "length", "max_output_tokens");
        row("filtered", cut(text, "content_filter"), "content_filter", "content_filter");
        row("an unknown reason", cut(text, "boredom"), "unknown", "boredom");
        row("no reason", answerOf(text, "incomplete"), "length", "incomplete");
    }
    void endings()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, ending);
        QFETCH(QByteArray, reason);
        for (const std::string &bytes :
             {eventStream(streamOf(Json::parse(answer.toStdString()))), answer.toStdString()}) {
            const ReadAnswer read = readAnswer(bytes);
            QVERIFY2(read.reply, shown(read).dump().c_str());
            QCOMPARE(QByteArray(toString(read.reply->ending)), ending);
            QCOMPARE(QByteArray::fromStdString(read.reply->finishReason), reason);
        }
    }

    void aRefusalIsText()
    {
        Json item = messageItem("1", "");
        item["content"] = Json::array({{{"type", "refusal"}, {"refusal", "I will not."}}});
        const ReadAnswer read = readAnswer(eventStream(streamOf(answerOf(Json::array({item})))));
        QCOMPARE(*read.reply->message.content, std::string("I will not."));
        QCOMPARE(read.text, std::string("I will not."));
    }

    void argumentsThatAreCutAreKept()
    {
        const ReadAnswer read = readAnswer(
            eventStream(streamOf(answerOf(Json::array({callItem("1", "{\"path\":\"a")})))));
        QCOMPARE(*read.reply->message.toolCalls[0].invalidArguments, std::string("{\"path\":\"a"));
    }

    void errors_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<bool>("retryable");
        const auto row = [](const char *name, const std::string &bytes, const char *code,
                            bool retryable) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(code)
                                << retryable;
        };
        const auto error = [](const char *code) {
            return Json{{"code", code}, {"message", "the words of the server"}};
        };
        const auto failed = [&](const char *code) {
            return eventStream(
                {{{"type", "response.created"}},
                 {{"type", "response.failed"}, {"response", failedAnswer(error(code))}}});
        };
        Json flat = error("rate_limit_exceeded");
        flat["type"] = "error";
        flat["param"] = nullptr;
        row("an error event", eventStream({longStream().front(), flat}), "rate_limited", true);
        row("with an object",
            eventStream({{{"type", "error"}, {"error", error("rate_limit_exceeded")}}}),
            "rate_limited", true);
        row("of a gateway", eventStream({{{"error", error("server_error")}}}), "server", true);
        row("behind text",
            eventStream(
                {{{"type", "response.output_text.delta"}, {"output_index", 0}, {"delta", "x"}},
                 flat}),
            "rate_limited", true);
        row("failed", failed("server_error"), "server", true);
        row("failed for the rate", failed("rate_limit_exceeded"), "rate_limited", true);
        row("a bad prompt", failed("invalid_prompt"), "invalid_argument", false);
        row("a bad picture", failed("image_parse_error"), "invalid_argument", false);
        row("too long", failed("context_length_exceeded"), "invalid_argument", false);
        row("a failed answer", failedAnswer(error("rate_limit_exceeded")).dump(), "rate_limited",
            true);
        row("an error alone", Json{{"error", error("server_error")}}.dump(), "server", true);
    }
    void errors()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, code);
        QFETCH(bool, retryable);
        const ReadAnswer read = readAnswer(bytes.toStdString());
        QVERIFY(!read.reply);
        QCOMPARE(QByteArray(toString(read.reply.error().code)), code);
        QCOMPARE(read.reply.error().retryable, retryable);
        QVERIFY2(read.reply.error().message.find("the words of the server") != std::string::npos,
                 read.reply.error().message.c_str());
    }

    void whatIsNoAnswerIsSaidSo_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("chat") << QByteArray("{\"choices\":[]}");
        QTest::newRow("page") << QByteArray("<html>hello</html>");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("done") << QByteArray("data: [DONE]\n\n");
        QTest::newRow("in the background")
            << QByteArray::fromStdString(answerOf(Json::array(), "queued").dump());
        QTest::newRow("cancelled")
            << QByteArray::fromStdString(answerOf(Json::array(), "cancelled").dump());
        QTest::newRow("failed without a word")
            << QByteArray("data: {\"type\":\"response.failed\"}\n\n");
    }
    void whatIsNoAnswerIsSaidSo()
    {
        QFETCH(QByteArray, bytes);
        const ReadAnswer read = readAnswer(bytes.toStdString());
        QVERIFY(!read.reply);
        QVERIFY2(read.reply.error().message.find("the server") != std::string::npos,
                 read.reply.error().message.c_str());
    }
};

ORRERY_TEST(TestResponsesReader)
#include "tst_responsesreader.moc"
