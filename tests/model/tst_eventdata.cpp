// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/event.h"
#include "core/model/jsonobject.h"
#include "core/model/message.h"
#include "core/model/usage.h"
#include "tests/support/testregistry.h"

#include <QRandomGenerator>
#include <QTest>

#include <random>
#include <thread>

using namespace orrery;

namespace {

/// Messages of every shape, with texts that need escapes.
class Messages
{
public:
    explicit Messages(std::uint32_t seed) : m_random(seed) {}

    Message next()
    {
        Message message;
        message.role = static_cast<Role>(upTo(3));
        message.content = maybeText();
        message.reasoningContent = maybeText();
        for (int i = upTo(2); i > 0; --i) {
            ToolCall call;
            call.id = maybeText();
            call.name = maybeText();
            call.arguments = upTo(3) ? Json{{"path", text()}, {"n", upTo(9)}} : Json();
            call.invalidArguments = maybeText();
            if (upTo(1))
                call.metadata = {{"thought_signature", text()}};
            message.toolCalls.push_back(std::move(call));
        }
        message.toolCallId = maybeText();
        message.name = maybeText();
        if (upTo(1))
            message.metadata = upTo(1) ? Json{{"k", text()}} : Json::object();
        if (upTo(1)) {
            message.contentParts.emplace();
            for (int i = upTo(2); i > 0; --i)
                message.contentParts->push_back({"image", text(), {{"detail", "low"}}});
        }
        return message;
    }

private:
    int upTo(int most) { return static_cast<int>(m_random() % std::uint32_t(most + 1)); }
    std::string text()
    {
        static constexpr std::string_view pieces[] = {
            "plain", "a longer piece of plain text", "\"", "\\", "\n", "\x01", "é", "日本", "🙂",
            ""};
        std::string text;
        for (int i = upTo(6); i > 0; --i)
            text += pieces[upTo(9)];
        return text;
    }
    std::optional<std::string> maybeText()
    {
        return upTo(2) ? std::optional(text()) : std::nullopt;
    }

    std::mt19937 m_random;
};

} // namespace

class TestEventData : public QObject
{
    Q_OBJECT

private slots:
    void isTheSameAsATree()
    {
        const std::optional<std::string> nothing;
        const Json args = {{"path", "a\"b"}, {"lines", {1, 2}}};
        const EventData data = eventData({{"tool", "grep"},
                                          {"call", std::string("c\n1")},
                                          {"args", args},
                                          {"none", nothing},
                                          {"null", nullptr},
                                          {"ok", true},
                                          {"bytes", std::uint64_t(18446744073709551615U)},
                                          {"n", -7},
                                          {"score", 0.25},
                                          {"left_out", JsonItem::absent()},
                                          {"hooks", std::vector<std::string>{"a", "b"}}});
        const Json tree = jsonObject({{"tool", "grep"},
                                      {"call", "c\n1"},
                                      {"args", args},
                                      {"none", nullptr},
                                      {"null", nullptr},
                                      {"ok", true},
                                      {"bytes", std::uint64_t(18446744073709551615U)},
                                      {"n", -7},
                                      {"score", 0.25},
                                      {"hooks", {"a", "b"}}});
        QCOMPARE(data.text(), tree.dump());
        QCOMPARE(EventData(tree).text(), tree.dump());
        QVERIFY(data.json() == tree);
        QCOMPARE(data.value("tool", ""), std::string("grep"));
        QVERIFY(!data.contains("left_out"));
    }

    void anEmptyOneIsAnObject()
    {
        QCOMPARE(EventData().text(), std::string("{}"));
        QVERIFY(EventData().json() == Json::object());
        QCOMPARE(EventData(Json::object()).text(), std::string("{}"));
        QCOMPARE(eventData({}).text(), std::string("{}"));
    }

    void isMadeOfBraces()
    {
        Event event;
        event.data = {{"id", "m1"}, {"to", nullptr}};
        QCOMPARE(event.data.text(), std::string(R"({"id":"m1","to":null})"));
        event.data = {{"id", "m2"}};
        QCOMPARE(event.data.text(), std::string(R"({"id":"m2"})"));
    }

    void keepsItsTextWhenCopiedAndMoved()
    {
        EventData first = eventData({{"n", 1}});
        QCOMPARE(first["n"].get<int>(), 1);
        EventData copy = first;
        QCOMPARE(copy["n"].get<int>(), 1);
        copy = eventData({{"n", 2}});
        QCOMPARE(copy["n"].get<int>(), 2);
        first = std::move(copy);
        QCOMPARE(first["n"].get<int>(), 2);
        QCOMPARE(first.text(), std::string(R"({"n":2})"));
    }

    void brokenTextBecomesReplacementCharacters()
    {
        QCOMPARE(eventData({{"text", "a\xff"
                                     "b"}})
                     .text(),
                 std::string("{\"text\":\"a\xEF\xBF\xBD"
                             "b\"}"));
    }

    void messagesAreTheSameAsTheirTrees()
    {
        const std::uint32_t seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        Messages messages(seed);
        for (int i = 0; i < 2000; ++i) {
            const Message message = messages.next();
            std::string text;
            appendJson(text, message);
            QCOMPARE(text, toJson(message).dump());
        }
    }

    void usageIsTheSameAsItsTree()
    {
        Usage usage;
        usage.requests = 1;
        usage.inputTokens = 1234567890123;
        usage.cacheReadInputTokens = -1;
        std::string text;
        appendJson(text, usage);
        QCOMPARE(text, toJson(usage).dump());
    }

    void manyThreadsReadOneTree()
    {
        for (int round = 0; round < 200; ++round) {
            const EventData data = eventData({{"text", "some words"}, {"n", round}});
            std::vector<const Json *> seen(4);
            std::vector<std::thread> threads;
            for (const Json *&tree : seen)
                threads.emplace_back([&] { tree = &data.json(); });
            for (std::thread &thread : threads)
                thread.join();
            for (const Json *tree : seen)
                QCOMPARE(tree, seen.front());
            QCOMPARE(data["n"].get<int>(), round);
        }
    }
};

ORRERY_TEST(TestEventData)
#include "tst_eventdata.moc"
