// SPDX-License-Identifier: GPL-3.0-or-later
// A body that grew with its history is the body written from scratch, and costs only what is new.
#include "core/llm/toolschemalist.h"
#include "core/llm/httprequest.h"
#include "core/llm/requestencoder.h"
#include "tests/support/allocationcount.h"
#include "tests/support/rounds.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <random>

using namespace orrery;
using namespace orrery::llm;
using namespace orrery::testing;

namespace {

/// A conversation is only ever appended to, so this makes another one of it.
template <typename Edit>
void rewrite(MessageList &messages, Edit edit)
{
    std::vector<MessageList::value_type> list(messages.begin(), messages.end());
    edit(list);
    messages.clear();
    for (auto &message : list)
        messages.push_back(std::move(message));
}

} // namespace

namespace {

using MessagePtr = std::shared_ptr<const Message>;

class Histories
{
public:
    explicit Histories(std::uint32_t seed) : m_random(seed) {}

    int upTo(int most) { return int(m_random() % std::uint32_t(most + 1)); }

    std::string text()
    {
        static const std::vector<std::string> pieces = {
            "word ",         "\"quoted\"", "back\\slash",  "line\nline",
            "\ttab\x01\x1f", "grüß",       "日本",         "🌍",
            "\xff",          "\xc3",       "\xed\xa0\x80", "{\"r\":[1,2.5,null]}",
            "</script>",     "\x7f"};
        std::string text;
        for (int i = upTo(6); i > 0; --i)
            text += pieces[std::size_t(upTo(int(pieces.size()) - 1))];
        if (upTo(20) == 0)
            text += std::string(std::size_t(upTo(200'000)), 'x');
        return text;
    }

    MessagePtr message()
    {
        Message message;
        switch (upTo(9)) {
        case 0: message = Message::system(text()); break;
        case 1:
        case 2: message = Message::user(text()); break;
        case 3:
            message = Message::user({});
            message.contentParts = {{{"text", text(), Json::object()},
                                     {"image", "aGk=", {{"media_type", "image/png"}}},
                                     {"image_url", "https://h/p.png", Json::object()}}};
            break;
        case 4:
        case 5:
        case 6:
            message.role = Role::Assistant;
            if (upTo(2))
                message.content = text();
            if (upTo(1))
                message.reasoningContent = text();
            for (int i = upTo(3); i > 0; --i)
                message.toolCalls.push_back(call());
            break;
        default: message = Message::tool("c1", upTo(1) ? "grep" : "", text()); break;
        }
        return std::make_shared<const Message>(std::move(message));
    }

private:
    ToolCall call()
    {
        ToolCall call;
        call.id = "c" + std::to_string(upTo(99));
        call.name = text();
        call.arguments = {
            {"path", text()}, {"n", upTo(1000)}, {"deep", {{"list", {1, -0.5, true, nullptr}}}}};
        if (upTo(3) == 0)
            call.arguments = Json();
        if (upTo(1))
            call.metadata = {{"thought_signature", "c2ln"}};
        return call;
    }

    std::mt19937 m_random;
};

ModelRequest requestOf(const std::string &provider)
{
    ModelRequest request;
    request.provider = provider;
    request.model = "m";
    request.settings = {{"temperature", 0.5}};
    request.tools = std::make_shared<const llm::ToolSchemaList>(Json::array({{{"name", "grep"}}}));
    return request;
}

std::string grown(RequestEncoder &encoder, const ModelRequest &request)
{
    const auto body = encoder.encode(request);
    return body ? (*body)->toString() : "error: " + body.error().message;
}

std::string fromScratch(const ModelRequest &request)
{
    RequestEncoder encoder;
    return grown(encoder, request);
}

} // namespace

class TestRequestEncoder : public QObject
{
    Q_OBJECT

private:
    void eachForm()
    {
        QTest::addColumn<QString>("provider");
        for (const char *provider : {"openai", "anthropic", "gemini"})
            QTest::newRow(provider) << provider;
    }

private slots:
    void growingIsTheSameAsFromScratch_data() { eachForm(); }
    void growingIsTheSameAsFromScratch()
    {
        QFETCH(QString, provider);
        const std::uint32_t seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        Histories histories(seed);
        for (int round = 0; round < test::rounds(20); ++round) {
            ModelRequest request = requestOf(provider.toStdString());
            RequestEncoder encoder;
            for (int step = 0; step < 15; ++step) {
                for (int i = histories.upTo(3); i > 0; --i)
                    request.messages.push_back(histories.message());
                switch (histories.upTo(12)) {
                case 0: request.stream = !request.stream; break;
                case 1: request.settings["temperature"] = 0.1 * histories.upTo(9); break;
                case 2: request.messages.clear(); break;
                case 3:
                    if (!request.messages.empty())
                        rewrite(request.messages,
                                [&](auto &list) { list[list.size() / 2] = histories.message(); });
                    break;
                case 4:
                    if (!request.messages.empty())
                        rewrite(request.messages, [](auto &list) { list.erase(list.begin()); });
                    break;
                case 5:
                    request.tools = std::make_shared<const llm::ToolSchemaList>(*request.tools);
                    break;
                default: break;
                }
                const std::string body = grown(encoder, request);
                QVERIFY(body == fromScratch(request));
                const Json json = Json::parse(body, nullptr, false);
                QVERIFY2(json.is_object(), body.substr(0, 200).c_str());
                const auto size = (*encoder.encode(request))->size();
                QCOMPARE(size, body.size());
            }
        }
    }

    void messagesStandLast_data() { eachForm(); }
    void messagesStandLast()
    {
        QFETCH(QString, provider);
        ModelRequest request = requestOf(provider.toStdString());
        request.messages = {std::make_shared<Message>(Message::system("be brief")),
                            std::make_shared<Message>(Message::user("hello"))};
        const std::string body = fromScratch(request);
        const Json json = Json::parse(body);
        const char *key = provider == "gemini" ? "contents" : "messages";
        QCOMPARE(json[key].size(), std::size_t(provider == "openai" ? 2 : 1));
        QVERIFY(body.find(key) > body.find("be brief") || provider == "openai");
        QVERIFY(body.find(key) > body.find("grep"));
        QVERIFY(body.ends_with("]}"));
    }

    void onlyWhatIsNewIsEncoded_data() { eachForm(); }
    void onlyWhatIsNewIsEncoded()
    {
        QFETCH(QString, provider);
        constexpr int kIterations = 2000;
        ModelRequest request = requestOf(provider.toStdString());
        MessageList &history = request.messages;
        RequestEncoder encoder;
        history.push_back(std::make_shared<Message>(Message::system("be brief")));
        QVERIFY(encoder.encode(request));
        std::size_t early = 0;
        std::size_t late = 0;
        for (int i = 0; i < kIterations; ++i) {
            for (int j = 0; j < 2; ++j)
                history.push_back(std::make_shared<Message>(
                    j ? Message::assistant(std::string(300, 'a'))
                      : Message::tool("c1", "grep", std::string(300, 'r'))));
            const std::size_t before = t_allocations;
            QVERIFY(encoder.encode(request));
            std::size_t &part = i < kIterations / 2 ? early : late;
            part += t_allocations - before;
        }
        QCOMPARE(encoder.counters().messages, std::uint64_t(1 + 2 * kIterations));
        QCOMPARE(encoder.counters().heads, std::uint64_t(1));
        QCOMPARE(encoder.counters().restarts, std::uint64_t(1));
        // The snapshot itself, now and then a block or a longer list of messages.
        QVERIFY2(late <= kIterations, std::to_string(late).c_str());
        QVERIFY2(late <= early + 8, std::to_string(early).c_str());
    }

    void aHistoryThatWasRewrittenIsEncodedAgain()
    {
        ModelRequest request = requestOf("openai");
        const auto say = [](const char *text) {
            return std::make_shared<const Message>(Message::user(text));
        };
        request.messages = {say("a"), say("b"), say("c")};
        RequestEncoder encoder;
        QVERIFY(encoder.encode(request));
        rewrite(request.messages, [&](auto &list) { list[1] = say("other"); });
        QCOMPARE(grown(encoder, request), fromScratch(request));
        QCOMPARE(encoder.counters().restarts, std::uint64_t(2));
        rewrite(request.messages, [](auto &list) { list.pop_back(); });
        QCOMPARE(grown(encoder, request), fromScratch(request));
        request.provider = "gemini";
        QCOMPARE(grown(encoder, request), fromScratch(request));
        QCOMPARE(encoder.counters().restarts, std::uint64_t(4));
    }

    void aRequestStaysAsItWas()
    {
        ModelRequest request = requestOf("anthropic");
        RequestEncoder encoder;
        std::vector<std::shared_ptr<const EncodedRequest>> kept;
        std::vector<std::string> texts;
        Histories histories(7);
        for (int i = 0; i < 60; ++i) {
            request.messages.push_back(histories.message());
            if (i == 40)
                rewrite(request.messages, [](auto &list) { list.erase(list.begin()); });
            kept.push_back(*encoder.encode(request));
            texts.push_back(kept.back()->toString());
        }
        for (std::size_t i = 0; i < kept.size(); ++i)
            QVERIFY(kept[i]->toString() == texts[i]);
    }

    void aMessageThatCannotBeSentIsNamed()
    {
        ModelRequest request = requestOf("openai");
        Message empty;
        empty.role = Role::User;
        request.messages = {std::make_shared<Message>(Message::user("a")),
                            std::make_shared<Message>(empty)};
        RequestEncoder encoder;
        const auto body = encoder.encode(request);
        QVERIFY(!body);
        QCOMPARE(body.error().code, ErrorCode::InvalidArgument);
        QCOMPARE(body.error().message, std::string("message 1: a user message without content"));
        rewrite(request.messages,
                [](auto &list) { list.back() = std::make_shared<Message>(Message::user("b")); });
        QCOMPARE(grown(encoder, request), fromScratch(request));
    }

    void theBodyIsReadInPieces()
    {
        ModelRequest request = requestOf("openai");
        Histories histories(11);
        for (int i = 0; i < 50; ++i)
            request.messages.push_back(histories.message());
        RequestEncoder encoder;
        const auto body = *encoder.encode(request);
        const std::string whole = body->toString();
        EncodedRequest::Reader reader(*body);
        for (const std::size_t piece : {1000, 16384, 65536, 100000}) {
            reader.seek(0);
            std::string all;
            std::string read(piece, '\0');
            while (const std::size_t count = reader.read(read.data(), piece))
                all.append(read, 0, count);
            QVERIFY(all == whole);
        }
        for (const std::size_t place : {std::size_t(0), whole.size() / 2, whole.size() - 1}) {
            reader.seek(place);
            char one = 0;
            QCOMPARE(reader.read(&one, 1), std::size_t(1));
            QCOMPARE(one, whole[place]);
        }
    }

    void signedThinkingGoesBackAsItCame()
    {
        ModelRequest request = requestOf("anthropic");
        Message thought;
        thought.role = Role::Assistant;
        thought.content = "so";
        thought.reasoningContent = "hm";
        request.messages = {std::make_shared<Message>(thought)};
        const Json unsignedBody = Json::parse(fromScratch(request));
        QCOMPARE(unsignedBody["messages"].back()["content"].size(), std::size_t(1));
        const Json block = {{"type", "thinking"}, {"thinking", "hm"}, {"signature", "s1"}};
        thought.metadata = {{"thinking_blocks", Json::array({block})}};
        request.messages = {std::make_shared<Message>(thought)};
        const Json body = Json::parse(fromScratch(request));
        QVERIFY(body["messages"].back()["content"][0] == block);
        QCOMPARE(body["messages"].back()["content"][1]["text"].get<std::string>(),
                 std::string("so"));
    }
};

ORRERY_TEST(TestRequestEncoder)
#include "tst_requestencoder.moc"
