// SPDX-License-Identifier: GPL-3.0-or-later
// Requests to OpenAI's Responses API: what a model said goes back as it came, to others as text and calls.
#include "core/llm/httprequest.h"
#include "core/llm/messageencode.h"
#include "core/llm/requestencoder.h"
#include "core/llm/requestfields.h"
#include "core/llm/responsesencode.h"
#include "core/llm/responsesitems.h"
#include "tests/llm/responsesstreams.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::llm;
using namespace orrery::test;

namespace {

const ResponsesTarget kSameTarget{"openai-responses", "gpt-5"};

Json sentItems(const Message &message, const ResponsesTarget &target = kSameTarget)
{
    std::string out = "[";
    if (const auto done = appendResponsesItems(out, message, target); !done)
        return done.error().message;
    return Json::parse(out + "]");
}

Message madeOf(const Json &items)
{
    return messageOfItems({items.begin(), items.end()}, kSameTarget.provider, kSameTarget.model)
        .message;
}

Json withoutId(Json item)
{
    item.erase("id");
    return item;
}

ModelRequest responsesRequest()
{
    ModelRequest request;
    request.provider = kSameTarget.provider;
    request.model = kSameTarget.model;
    return request;
}

std::string bodyOf(RequestEncoder &encoder, const ModelRequest &request)
{
    const auto body = encoder.encode(request);
    return body ? (*body)->toString() : "error: " + body.error().message;
}

/// Items of all kinds with words of all kinds.
class RandomItems
{
public:
    explicit RandomItems(std::uint32_t seed) : m_random(seed) {}

    Json output()
    {
        Json items = Json::array();
        for (int n = upTo(6); n > 0; --n)
            items.push_back(item(std::to_string(n)));
        items.push_back(messageItem("last", words()));
        return items;
    }

private:
    int upTo(int most) { return int(m_random() % std::uint32_t(most + 1)); }
    std::string words()
    {
        static const std::vector<std::string> pieces = {"word ", "grüß", "\n\n",
                                                        "日本",  "",     "\"\\"};
        std::string text;
        for (int n = upTo(3); n > 0; --n)
            text += pieces[std::size_t(upTo(5))];
        return text;
    }
    Json item(const std::string &id)
    {
        switch (upTo(4)) {
        case 0: return reasoningItem(id, {words(), words(), words()});
        case 1: return reasoningItem(id, {});
        case 2: {
            Json message = messageItem(id, words(), "commentary");
            message["content"].push_back({{"type", "refusal"}, {"refusal", words()}});
            return message;
        }
        case 3: return callItem(id, upTo(1) ? R"({"b": 1, "a":"x"})" : R"({"a":"x","b":1})");
        default: return {{"type", "web_search_call"}, {"id", "ws_" + id}, {"text", words()}};
        }
    }

    std::mt19937 m_random;
};

QByteArray jsonBytes(const Json &json) { return QByteArray::fromStdString(json.dump()); }

Message toolResult(const std::string &id) { return Message::tool(id, "read_file", "text of it"); }

} // namespace

class TestResponsesEncode : public QObject
{
    Q_OBJECT

private slots:
    void anAnswerGoesBackAsItCame()
    {
        const auto seed = QRandomGenerator::global()->generate();
        RandomItems random(seed);
        for (int i = 0; i < 300; ++i) {
            const Json output = random.output();
            Json expected = Json::array();
            for (const Json &item : output)
                expected.push_back(item["type"] == "reasoning" ? withoutId(item) : item);
            const Message message = madeOf(output);
            const auto kept = messageFromJson(Json::parse(toJson(message).dump()));
            QVERIFY(kept);
            const Json sent = sentItems(*kept);
            QVERIFY2(sent == expected,
                     ("seed " + std::to_string(seed) + ": " + sent.dump() + " of " + output.dump())
                         .c_str());
        }
    }

    void othersGetTextAndCalls_data()
    {
        QTest::addColumn<QByteArray>("provider");
        QTest::addColumn<QByteArray>("model");
        QTest::newRow("another model")
            << QByteArray("openai-responses") << QByteArray("gpt-5-mini");
        QTest::newRow("another provider") << QByteArray("azure") << QByteArray("gpt-5");
    }
    void othersGetTextAndCalls()
    {
        QFETCH(QByteArray, provider);
        QFETCH(QByteArray, model);
        const Message message = madeOf(Json::array(
            {reasoningItem("1", {"hm"}), messageItem("2", "I look."), callItem("3", "{\"a\":1}")}));
        const Json expected = {{{"type", "message"}, {"role", "assistant"}, {"content", "I look."}},
                               {{"type", "function_call"},
                                {"call_id", "call_3"},
                                {"name", "read_file"},
                                {"arguments", "{\"a\":1}"}}};
        QVERIFY(sentItems(message, {provider.toStdString(), model.toStdString()}) == expected);
    }

    void theOtherFormsTakeAnAnswerToo()
    {
        const Message message = madeOf(Json::array(
            {reasoningItem("1", {"hm"}), messageItem("2", "I look."), callItem("3", "{\"a\":1}")}));
        MessageList list;
        list.push_back(std::make_shared<const Message>(message));
        const Json sent = (*encodeMessages(list, WireForm::OpenAi))[0];
        QVERIFY(sent["content"] == "I look.");
        QVERIFY(sent["tool_calls"][0]["id"] == "call_3");
        const Json blocks = (*encodeMessages(list, WireForm::Anthropic))["messages"][0]["content"];
        QVERIFY(blocks[blocks.size() - 2]["text"] == "I look.");
        QVERIFY(blocks.back()["id"] == "call_3");
    }

    void anAnswerOfAnotherFormIsTaken()
    {
        Message message = Message::assistant("I look.");
        message.reasoningContent = "hm";
        message.toolCalls.push_back({"toolu_1", "grep", Json::object(), {}, {}});
        message.toolCalls.push_back({"toolu_2", "grep", Json(), {}, {}});
        const Json sent = sentItems(message);
        QCOMPARE(sent.size(), std::size_t(3));
        QVERIFY(sent[1]["call_id"] == "toolu_1" && sent[1]["arguments"] == "{}");
        QVERIFY(sent[2]["arguments"] == "{}");
    }

    void aMessageThatWasChangedIsSentAsItIsNow_data()
    {
        QTest::addColumn<int>("change");
        QTest::newRow("less text") << 0;
        QTest::newRow("no thinking") << 1;
        QTest::newRow("a call less") << 2;
    }
    void aMessageThatWasChangedIsSentAsItIsNow()
    {
        QFETCH(int, change);
        Message message = madeOf(Json::array(
            {reasoningItem("1", {"hm"}), messageItem("2", "I look."), callItem("3", "{\"a\":1}")}));
        if (change == 0)
            message.content = "I";
        else if (change == 1)
            message.reasoningContent.reset();
        else
            message.toolCalls.clear();
        Message plain = message;
        plain.blocks.reset();
        QVERIFY(sentItems(message) == sentItems(plain));
        QVERIFY(!sentItems(message).empty());
    }

    void changedArgumentsAreSent()
    {
        Message message = madeOf(Json::array({callItem("3", "{\"b\":1, \"a\":1}")}));
        message.toolCalls[0].arguments = {{"a", 2}};
        QVERIFY(sentItems(message)[0]["arguments"] == "{\"a\":2}");
        QVERIFY(sentItems(message)[0]["id"] == "fc_3");
    }

    void whatTheServerWouldRefuseIsLeftOut()
    {
        Json bare = reasoningItem("1", {"hm"});
        bare.erase("encrypted_content");
        Json inWords = bare;
        inWords["content"] = Json::array({{{"type", "reasoning_text"}, {"text", "so"}}});
        Json longId = messageItem("2", "Yes.");
        longId["id"] = std::string(65, 'm');
        const Json encrypted = reasoningItem("3", {"last"});
        const Json call = callItem("4", "{}");
        QVERIFY(sentItems(madeOf({bare, call})) == Json::array({withoutId(call)}));
        QVERIFY(sentItems(madeOf({inWords, call})) == Json::array({inWords, call}));
        QVERIFY(sentItems(madeOf(Json::array({longId}))) == Json::array({withoutId(longId)}));
        QVERIFY(sentItems(madeOf({call, encrypted})) == Json::array({call}));
        QVERIFY(sentItems(madeOf(Json::array({encrypted}))) == Json::array());
    }

    void longIdsOfCallsFitTheirResults()
    {
        const std::string id = "call_" + std::string(90, 'x');
        Message message = Message::assistant("");
        message.toolCalls.push_back({id, "grep", Json::object(), {}, {}});
        message.toolCalls.push_back({id + "y", "grep", Json::object(), {}, {}});
        const Json calls = sentItems(message);
        const Json result = sentItems(toolResult(id));
        QVERIFY(calls[0]["call_id"] == result[0]["call_id"]);
        QVERIFY(calls[0]["call_id"] != calls[1]["call_id"]);
        QVERIFY(calls[0]["call_id"].get<std::string>().size() <= 64);
        QCOMPARE(responsesCallId(std::string(64, 'x')), std::string(64, 'x'));
    }

    void whatIsAskedIsSent_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("item");
        const auto row = [](const char *name, const Json &message, const Json &item) {
            QTest::newRow(name) << jsonBytes(message) << jsonBytes(item);
        };
        const auto parts = [](const char *role, Json part) {
            return Json{{"role", role},
                        {"tool_call_id", "c1"},
                        {"content_parts", Json::array({std::move(part)})}};
        };
        const auto item = [](Json part) {
            return Json{{"type", "message"}, {"role", "user"}, {"content", Json::array({part})}};
        };
        const auto result = [](Json output) {
            return Json{{"type", "function_call_output"}, {"call_id", "c1"}, {"output", output}};
        };
        const Json image = {{"type", "input_image"},
                            {"image_url", "data:image/jpeg;base64,aGk="},
                            {"detail", "auto"}};
        const Json imagePart = {
            {"type", "image"}, {"content", "aGk="}, {"options", {{"media_type", "image/jpeg"}}}};
        row("text", {{"role", "user"}, {"content", "hi"}},
            {{"type", "message"}, {"role", "user"}, {"content", "hi"}});
        row("a late system message", {{"role", "system"}, {"content", "be brief"}},
            {{"type", "message"}, {"role", "developer"}, {"content", "be brief"}});
        row("a text part", parts("user", {{"type", "text"}, {"content", "hi"}}),
            item({{"type", "input_text"}, {"text", "hi"}}));
        row("a picture", parts("user", imagePart), item(image));
        row("an address of a picture",
            parts("user", {{"type", "image_url"},
                           {"content", "https://h/p.png"},
                           {"options", {{"detail", "low"}}}}),
            item({{"type", "input_image"}, {"image_url", "https://h/p.png"}, {"detail", "low"}}));
        row("a PDF",
            parts("user", {{"type", "file"},
                           {"content", "JVBERi0x"},
                           {"options", {{"media_type", "application/pdf"}, {"name", "a.pdf"}}}}),
            item({{"type", "input_file"},
                  {"filename", "a.pdf"},
                  {"file_data", "data:application/pdf;base64,JVBERi0x"}}));
        row("an address of a PDF",
            parts("user", {{"type", "file_url"}, {"content", "https://h/a.pdf"}}),
            item({{"type", "input_file"}, {"file_url", "https://h/a.pdf"}}));
        row("another file", parts("user", {{"type", "file"}, {"content", "a.zip"}}),
            item({{"type", "input_text"}, {"text", "[File: a.zip]"}}));
        row("a result", {{"role", "tool"}, {"tool_call_id", "c1"}, {"content", "42"}},
            result("42"));
        row("an empty result", {{"role", "tool"}, {"tool_call_id", "c1"}}, result(""));
        row("a picture as a result", parts("tool", imagePart), result(Json::array({image})));
    }
    void whatIsAskedIsSent()
    {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, item);
        const auto read = messageFromJson(Json::parse(message.toStdString()));
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        const Json sent = sentItems(*read);
        QVERIFY2(sent == Json::array({Json::parse(item.toStdString())}), sent.dump().c_str());
    }

    void aUserWithoutContentIsAMistake()
    {
        Message message;
        message.role = Role::User;
        QVERIFY(sentItems(message).is_string());
        std::string out = "x";
        QVERIFY(!appendResponsesItems(out, message, kSameTarget));
        QCOMPARE(out, std::string("x"));
    }

    void settingsHaveTheirNames_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QByteArray>("settings");
        QTest::addColumn<QByteArray>("fields"); ///< null = not there
        const auto row = [](const char *name, const char *model, const Json &settings,
                            const Json &fields) {
            QTest::newRow(name) << QByteArray(model) << jsonBytes(settings) << jsonBytes(fields);
        };
        const Json encrypted = Json::array({"reasoning.encrypted_content"});
        Json closed = {{"type", "object"},
                       {"properties", {{"a", {{"type", "string"}}}}},
                       {"required", Json::array({"a"})}};
        const Json schema = {{"name", "n"}, {"schema", closed}, {"strict", true}};
        closed["additionalProperties"] = false;
        row("nothing", "gpt-5", Json::object(), {{"store", false}, {"include", encrypted}});
        row("an old model", "gpt-4.1", {{"temperature", 0.5}, {"reasoning_effort", "low"}},
            {{"include", nullptr}, {"temperature", 0.5}, {"reasoning", nullptr}});
        row("a tuned one", "ft:gpt-4o:me", Json::object(), {{"include", nullptr}});
        row("one that does not reason", "gpt-5-chat-latest", {{"temperature", 1}},
            {{"include", nullptr}, {"temperature", 1}});
        row("a reasoning model", "openai/gpt-5.2", {{"temperature", 1}, {"top_p", 1}},
            {{"include", encrypted}, {"temperature", nullptr}, {"top_p", nullptr}});
        row("o3", "o3", {{"temperature", 1}}, {{"temperature", nullptr}});
        row("effort none", "gpt-5.2", {{"temperature", 1}, {"reasoning_effort", "none"}},
            {{"temperature", 1}, {"reasoning", {{"effort", "none"}}}});
        row("another server's", "gpt-oss-20b", {{"temperature", 1}},
            {{"include", encrypted}, {"temperature", 1}});
        row("limit", "gpt-5", {{"max_tokens", 1000}},
            {{"max_output_tokens", 1000}, {"max_tokens", nullptr}});
        row("small limit", "gpt-5", {{"max_completion_tokens", 5}}, {{"max_output_tokens", 16}});
        row("effort and verbosity", "gpt-5", {{"reasoning_effort", "high"}, {"verbosity", "low"}},
            {{"reasoning", {{"effort", "high"}}}, {"text", {{"verbosity", "low"}}}});
        row("schema", "gpt-5",
            {{"response_format", {{"type", "json_schema"}, {"json_schema", schema}}}},
            {{"text",
              {{"format",
                {{"type", "json_schema"}, {"name", "n"}, {"schema", closed}, {"strict", true}}}}}});
        row("any object", "gpt-5", {{"response_format", {{"type", "json_object"}}}},
            {{"text", {{"format", {{"type", "json_object"}}}}}});
        row("a function", "gpt-5",
            {{"tool_choice", {{"type", "function"}, {"function", {{"name", "f"}}}}}},
            {{"tool_choice", {{"type", "function"}, {"name", "f"}}}});
        row("some function", "gpt-5", {{"tool_choice", "required"}}, {{"tool_choice", "required"}});
        row("the rest", "gpt-5",
            {{"parallel_tool_calls", false},
             {"prompt_cache_key", "k"},
             {"service_tier", "flex"},
             {"metadata", {{"a", "b"}}},
             {"stop", "x"},
             {"seed", 1},
             {"stream_options", {{"include_usage", true}}}},
            {{"parallel_tool_calls", false},
             {"prompt_cache_key", "k"},
             {"service_tier", "flex"},
             {"metadata", {{"a", "b"}}},
             {"stop", nullptr},
             {"seed", nullptr},
             {"stream_options", nullptr}});
        row("extra", "gpt-5",
            {{"reasoning_effort", "low"},
             {"extra_body",
              {{"reasoning", {{"summary", "auto"}}},
               {"include", {"web_search_call.action.sources", "reasoning.encrypted_content"}},
               {"truncation", "auto"},
               {"input", "mine"},
               {"model", "mine"}}}},
            {{"reasoning", {{"effort", "low"}, {"summary", "auto"}}},
             {"include", {"reasoning.encrypted_content", "web_search_call.action.sources"}},
             {"truncation", "auto"},
             {"input", nullptr},
             {"model", "gpt-5"}});
    }
    void settingsHaveTheirNames()
    {
        QFETCH(QByteArray, model);
        QFETCH(QByteArray, settings);
        QFETCH(QByteArray, fields);
        ModelRequest request = responsesRequest();
        request.model = model.toStdString();
        request.settings = Json::parse(settings.toStdString());
        const Json sent = requestFields(request, "Be kind.");
        QVERIFY(sent["instructions"] == "Be kind." && sent["stream"] == true);
        const Json expected = Json::parse(fields.toStdString());
        for (const auto &[name, value] : expected.items()) {
            const Json found = sent.value(name, Json());
            QVERIFY2(found == value, (name + ": " + sent.dump()).c_str());
        }
    }

    void toolsAreFlatAndNotStrict()
    {
        ModelRequest request = responsesRequest();
        ToolSchemaList tools;
        const Json parameters = {{"type", "object"}, {"properties", Json::object()}};
        tools.add(ToolView{"grep", "finds", &parameters, {}}, WireForm::Responses);
        request.tools = std::make_shared<const ToolSchemaList>(tools);
        const Json grep = {{"type", "function"},
                           {"name", "grep"},
                           {"description", "finds"},
                           {"parameters", parameters},
                           {"strict", false}};
        const Json search = {{"type", "web_search"}};
        QVERIFY(tools.toJson() == Json::array({grep}));
        QVERIFY(tools.offers("grep"));
        QVERIFY(Json::parse(toolsField(request)) == Json::array({grep}));
        request.settings["native_tools"] = Json::array({search, search});
        QVERIFY(Json::parse(toolsField(request)) == Json::array({grep, search, search}));
        request.tools.reset();
        QVERIFY(Json::parse(toolsField(request)) == Json::array({search, search}));
    }

    void aRequestIsWhole()
    {
        ModelRequest request = responsesRequest();
        request.baseUrl = "https://h/v1";
        request.apiKey = "secret";
        for (const Message &message : {Message::system("Be kind."), Message::user("hi"),
                                       Message::assistant(""), Message::system("Be brief.")})
            request.messages.push_back(std::make_shared<const Message>(message));
        const auto spec = buildRequest(request);
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        QCOMPARE(spec->url, std::string("https://h/v1/responses"));
        const Json body = Json::parse(spec->body->toString());
        const Json input = {{{"type", "message"}, {"role", "user"}, {"content", "hi"}},
                            {{"type", "message"}, {"role", "developer"}, {"content", "Be brief."}}};
        QVERIFY2(body["input"] == input, body.dump().c_str());
        QVERIFY(body["instructions"] == "Be kind.");
        QVERIFY(!body.contains("messages"));
    }

    /// Each answer thinks, calls two tools at once, thinks again between them; the next request has all of it.
    void tenTurnsWithTools()
    {
        ModelRequest request = responsesRequest();
        RequestEncoder encoder;
        Json expected =
            Json::array({{{"type", "message"}, {"role", "user"}, {"content", "Read them all."}}});
        request.messages.push_back(std::make_shared<const Message>(Message::system("Be kind.")));
        request.messages.push_back(
            std::make_shared<const Message>(Message::user("Read them all.")));
        for (int turn = 0; turn < 10; ++turn) {
            const std::string body = bodyOf(encoder, request);
            const Json sent = Json::parse(body);
            QVERIFY2(sent["input"] == expected, sent.dump().c_str());
            RequestEncoder fresh;
            QCOMPARE(bodyOf(fresh, request), body);
            const std::string id = std::to_string(turn);
            const Json output =
                Json::array({reasoningItem(id + "a", {"One.", "Two."}),
                             messageItem(id, "Reading. ", "commentary"),
                             callItem(id + "a", "{\"path\": \"a\"}"), reasoningItem(id + "b", {}),
                             callItem(id + "b", "{\"path\":\"b\"}")});
            const ReadAnswer read = readAnswer(eventStream(streamOf(answerOf(output))));
            QVERIFY2(read.reply, shown(read).dump().c_str());
            request.messages.push_back(std::make_shared<const Message>(read.reply->message));
            for (const Json &item : output)
                expected.push_back(item["type"] == "reasoning" ? withoutId(item) : item);
            for (const char *call : {"a", "b"}) {
                const std::string callId = "call_" + id + call;
                request.messages.push_back(std::make_shared<const Message>(toolResult(callId)));
                expected.push_back({{"type", "function_call_output"},
                                    {"call_id", callId},
                                    {"output", "text of it"}});
            }
        }
        QCOMPARE(encoder.counters().restarts, std::uint64_t(1));
        QCOMPARE(encoder.counters().messages, std::uint64_t(request.messages.size() - 3));
        // A fallback model cannot read the reasoning; back at the first one, all is there again.
        request.model = "gpt-4.1";
        const Json other = Json::parse(bodyOf(encoder, request));
        for (const Json &item : other["input"])
            QVERIFY(item["type"] != "reasoning" && !item.contains("id"));
        request.model = kSameTarget.model;
        QVERIFY(Json::parse(bodyOf(encoder, request))["input"] == expected);
    }
};

ORRERY_TEST(TestResponsesEncode)
#include "tst_responsesencode.moc"
