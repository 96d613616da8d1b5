// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/prompttemplate.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class TestPromptTemplate : public QObject
{
    Q_OBJECT

private slots:
    void fillsInValues_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("values");
        QTest::addColumn<QString>("expected");
        QTest::newRow("text") << "Hi <%= @name %>!"
                              << R"({"name":"Ada"})"
                              << "Hi Ada!";
        QTest::newRow("numbers") << "<%=@a%>, <%=\n@b\t%>"
                                 << R"({"a":1,"b":1e3})"
                                 << "1, 1.0e3";
        QTest::newRow("null") << "[<%= @a %>]"
                              << R"({"a":null})"
                              << "[]";
        QTest::newRow("list") << "<%= @a %>"
                              << R"({"a":["x",[121,"z"],[]]})"
                              << "xyz";
        QTest::newRow("bytes") << "<%= @a %>"
                               << R"({"a":[195,169]})"
                               << "é";
        QTest::newRow("unknown stays") << "<%= @a %> <%=@b%>"
                                       << R"({"a":"x"})"
                                       << "x <%=@b%>";
        QTest::newRow("once only") << "<%= @a %>"
                                   << R"({"a":"<%= @a %>","b":1})"
                                   << "<%= @a %>";
        QTest::newRow("no place") << "< %= @a %> %> @a <"
                                  << R"({"a":1})"
                                  << "< %= @a %> %> @a <";
    }
    void fillsInValues()
    {
        QFETCH(QString, text);
        QFETCH(QString, values);
        QFETCH(QString, expected);
        const auto prompt = PromptTemplate::fromText(text.toStdString());
        QVERIFY(prompt);
        const auto filled = prompt->render(Json::parse(values.toStdString()));
        QVERIFY(filled);
        QCOMPARE(QString::fromStdString(*filled), expected);
    }

    void givenValuesWinOverDefaults()
    {
        const auto prompt =
            PromptTemplate::fromText("<%= @a %>-<%= @b %>", {{"a", "x"}, {"b", "y"}});
        QVERIFY(prompt);
        QCOMPARE(prompt->render().value(), std::string("x-y"));
        QCOMPARE(prompt->render({{"b", nullptr}}).value(), std::string("x-"));
    }

    void anythingElseIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text :
             {"<% if x do %>", "<%= name %>", "<%= @a.b %>", "<%= @a b %>", "<%= @ %>", "<%- @a %>",
              "<%%", "<%= @a", "<%= @é %>", "x <%", "<<%= @a %>% x %>"})
            QTest::newRow(text) << QString(text);
    }
    void anythingElseIsRefused()
    {
        QFETCH(QString, text);
        const auto prompt = PromptTemplate::fromText(text.toStdString());
        QVERIFY(!prompt);
        QCOMPARE(prompt.error().code, ErrorCode::InvalidArgument);
    }

    void aValueWithoutTextIsAnError_data()
    {
        QTest::addColumn<QString>("value");
        for (const char *value : {"{}", "[{}]", "[256]", "[-1]", "[1.5]", "[null]", "[255]"})
            QTest::newRow(value) << QString(value);
    }
    void aValueWithoutTextIsAnError()
    {
        QFETCH(QString, value);
        const auto filled = PromptTemplate::fromText("<%= @thing %>")
                                ->render({{"thing", Json::parse(value.toStdString())}});
        QVERIFY(!filled);
        QVERIFY(filled.error().message.find("@thing") != std::string::npos);
    }

    void namesItsVariables()
    {
        const auto prompt = PromptTemplate::fromText("a@host.com <%= @b %> @a_1 @b @ <%= @c %>");
        const std::vector<std::string> expected = {"host", "b", "a_1", "c"};
        QCOMPARE(prompt->variables(), expected);
    }
};

ORRERY_TEST(TestPromptTemplate)
#include "tst_prompttemplate.moc"
