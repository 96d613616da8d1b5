// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/context.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

namespace {

Message calling(std::initializer_list<const char *> ids)
{
    Message message;
    message.role = Role::Assistant;
    for (const char *id : ids) {
        ToolCall call;
        if (id)
            call.id = id;
        call.name = id ? std::string("tool of ") + id : "nameless";
        message.toolCalls.push_back(std::move(call));
    }
    return message;
}

Context contextWith(std::initializer_list<Message> messages)
{
    Context context;
    for (const Message &message : messages)
        context.add(message);
    return context;
}

/// `user`, `assistant(a,b)`, `tool(a)`, `tool(a) interrupted`
QStringList shape(const Context &context)
{
    QStringList lines;
    for (const auto &message : context.messages) {
        QStringList ids;
        for (const ToolCall &call : message->toolCalls)
            ids << QString::fromStdString(call.id.value_or("null"));
        if (message->toolCallId)
            ids << QString::fromStdString(*message->toolCallId);
        QString line = toString(message->role);
        if (!ids.isEmpty())
            line += "(" + ids.join(",") + ")";
        if (message->content.value_or("").starts_with("Tool call was interrupted"))
            line += " interrupted";
        lines << line;
    }
    return lines;
}

} // namespace

class TestContext : public QObject
{
    Q_OBJECT

private slots:
    void aMessageSaysWhetherTheModelIsNext()
    {
        Context context;
        QVERIFY(!context.needsResponse);
        context.add(Message::system("s"));
        QVERIFY(!context.needsResponse);
        context.add(Message::user("u"));
        QVERIFY(context.needsResponse);
        context.add(Message::system("s"));
        QVERIFY(context.needsResponse);
        context.add(Message::assistant("a"));
        QVERIFY(!context.needsResponse);
        context.add(calling({"c"}));
        QVERIFY(context.needsResponse);
        context.add(Message::assistant("a"));
        context.add(Message::tool("c", "t", "r"));
        QVERIFY(context.needsResponse);
    }

    void iterationsAreUsedUpAtTheLimit()
    {
        Context context;
        context.maxIterations = 2;
        context.iteration = 1;
        QVERIFY(!context.maxIterationsReached());
        context.iteration = 2;
        QVERIFY(context.maxIterationsReached());
        context.iteration = 3;
        QVERIFY(context.maxIterationsReached());
    }

    void anOpenCallIsAnsweredBehindTheResultsThatFollowIt()
    {
        Context context = contextWith({Message::user("q"), calling({"a", "b", "c"}),
                                       Message::tool("b", "t", "done"), Message::user("later")});
        patchDanglingToolCalls(context);
        QCOMPARE(shape(context),
                 QStringList({"user", "assistant(a,b,c)", "tool(b)", "tool(a) interrupted",
                              "tool(c) interrupted", "user"}));
        QCOMPARE(*context.messages[3]->name, std::string("tool of a"));
    }

    void anAnswerAnywhereInTheHistoryCounts()
    {
        Context context = contextWith(
            {calling({"a"}), Message::user("between"), Message::tool("a", "t", "late")});
        const auto before = context.messages;
        patchDanglingToolCalls(context);
        QVERIFY(context.messages == before);
    }

    void anIdThatIsGivenAgainNeedsAnAnswerOfItsOwn()
    {
        Context context = contextWith({calling({"a"}), Message::tool("a", "t", "done"),
                                       calling({"a"}), Message::user("later"), calling({"a"})});
        patchDanglingToolCalls(context);
        QCOMPARE(shape(context),
                 QStringList({"assistant(a)", "tool(a)", "assistant(a)", "tool(a) interrupted",
                              "user", "assistant(a)", "tool(a) interrupted"}));
    }

    void callsWithoutAnIdCannotBeAnswered()
    {
        Context context = contextWith({calling({nullptr, "a", "a"})});
        patchDanglingToolCalls(context);
        QCOMPARE(shape(context), QStringList({"assistant(null,a,a)", "tool(a) interrupted"}));
    }

    void callsOfNeighbouringMessagesStayApart()
    {
        Context context = contextWith({calling({"a"}), calling({"b"}), calling({"c"})});
        patchDanglingToolCalls(context);
        QCOMPARE(shape(context),
                 QStringList({"assistant(a)", "tool(a) interrupted", "assistant(b)",
                              "tool(b) interrupted", "assistant(c)", "tool(c) interrupted"}));
    }

    void patchingTwiceChangesNothingAndKeepsTheState()
    {
        Context context = contextWith({calling({"a", "b"}), Message::assistant("given up")});
        patchDanglingToolCalls(context);
        QVERIFY(!context.needsResponse);
        const auto once = context.messages;
        patchDanglingToolCalls(context);
        QVERIFY(context.messages == once);
    }

    void patchingSharesTheMessagesItKeeps()
    {
        Context context = contextWith({Message::user("q"), calling({"a"})});
        const auto before = context.messages;
        patchDanglingToolCalls(context);
        QCOMPARE(context.messages.size(), 3u);
        QCOMPARE(context.messages[0].get(), before[0].get());
        QCOMPARE(context.messages[1].get(), before[1].get());
    }
};

ORRERY_TEST(TestContext)
#include "tst_context.moc"
