// SPDX-License-Identifier: GPL-3.0-or-later
// One question to a model on the command line, against a server on loopback.
#include "tests/support/pictures.h"
#include "tests/support/rawhttpserver.h"
#include "tests/support/runcli.h"
#include "tests/support/testfiles.h"
#include "tests/support/testregistry.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace orrery;
using namespace orrery::testing;

namespace {

QByteArray chunk(const Json &delta, const char *finish = nullptr)
{
    return sseEvent(
        {{"id", "c"},
         {"model", "m-2026"},
         {"choices",
          {{{"index", 0}, {"delta", delta}, {"finish_reason", finish ? Json(finish) : Json()}}}}});
}

QByteArray usageChunk()
{
    return sseEvent(
        {{"id", "c"},
         {"choices", Json::array()},
         {"usage", {{"prompt_tokens", 12}, {"completion_tokens", 3}, {"total_tokens", 15}}}});
}

QByteArray stream(const QByteArray &events) { return RawHttpServer::head("200 OK", kSse) + events; }

QByteArray answerOf(const char *text, const char *finish)
{
    return stream(chunk({{"role", "assistant"}, {"content", text}}) + chunk(Json::object(), finish)
                  + usageChunk() + kDone);
}

} // namespace

class TestAskCommand : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<RawHttpServer> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;

    /// Runs while the server, which lives on this thread, answers.
    ProgramOutcome ask(QStringList arguments, const QByteArray &input = {},
                       const char *model = "custom:m")
    {
        QProcess process;
        QSignalSpy finished(&process, &QProcess::finished);
        arguments = QStringList{"ask", "-m", model, "--base-url",
                                QString::fromStdString(m_server->baseUrl())}
                    + arguments;
        process.start(QStringLiteral(ORRERY_BIN_DIR "/orrery-cli"), arguments);
        process.write(input);
        process.closeWriteChannel();
        if ((finished.isEmpty() && !finished.wait(60000))
            || process.exitStatus() != QProcess::NormalExit)
            return {};
        return {process.exitCode(), process.readAllStandardOutput(),
                process.readAllStandardError()};
    }
    Json body(std::size_t request = 0) const
    {
        return Json::parse(m_server->requests().at(request).body.toStdString());
    }
    QString file(const char *name, const std::string &bytes) const
    {
        write(m_folder->filePath(name), QByteArray::fromStdString(bytes));
        return m_folder->filePath(name);
    }

private slots:
    void init()
    {
        m_server = std::make_unique<RawHttpServer>();
        m_folder = std::make_unique<QTemporaryDir>();
    }

    void theAnswerIsPrinted()
    {
        m_server->answer(answerOf("Hello there", "stop"));
        const ProgramOutcome outcome =
            ask({"--system", "Be brief.", "--max-tokens", "77", "Say hello"});
        QCOMPARE(outcome.err, QByteArray());
        QCOMPARE(outcome.out, QByteArray("Hello there\n"));
        QCOMPARE(outcome.code, 0);
        const Json sent = body();
        QVERIFY(sent["model"] == Json("m"));
        QVERIFY(sent["stream"] == Json(true));
        QVERIFY(sent.dump().find("77") != std::string::npos);
        QVERIFY(sent["messages"][0]["content"] == Json("Be brief."));
        QVERIFY(sent["messages"][1]["content"] == Json("Say hello"));
    }

    void theQuestionMayComeFromStandardInput()
    {
        m_server->answer(answerOf("Yes", "stop"));
        QCOMPARE(ask({"-"}, "Is it?\n").code, 0);
        QVERIFY(body()["messages"][0]["content"] == Json("Is it?\n"));
    }

    void onlyACompleteAnswerIsSuccess_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("out");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("cut") << answerOf("Hel", "length") << QByteArray("Hel\n")
                             << QByteArray("the answer was cut");
        QTest::newRow("filtered") << answerOf("", "content_filter") << QByteArray()
                                  << QByteArray("filter took the answer away");
        QTest::newRow("empty") << answerOf("", "stop") << QByteArray()
                               << QByteArray("the answer is empty");
        QTest::newRow("thoughts only")
            << stream(chunk({{"reasoning_content", "hm"}}) + chunk(Json::object(), "stop") + kDone)
            << QByteArray() << QByteArray("the answer is empty");
        QTest::newRow("an error") << RawHttpServer::full("401 Unauthorized", kJson,
                                                         R"({"error":{"message":"bad key"}})")
                                  << QByteArray() << QByteArray("bad key");
    }
    void onlyACompleteAnswerIsSuccess()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, out);
        QFETCH(QByteArray, said);
        m_server->answer(answer);
        const ProgramOutcome outcome = ask({"Say hello"});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.out, out);
        QVERIFY2(outcome.err.startsWith("orrery-cli: ask: ") && outcome.err.contains(said),
                 outcome.err.constData());
    }

    void thinkingIsShownWhenItIsAskedFor()
    {
        const QByteArray answer = stream(chunk({{"reasoning_content", "let me see"}})
                                         + chunk({{"content", "42"}}, "stop") + kDone);
        m_server->answer(answer);
        const ProgramOutcome plain = ask({"What?"});
        QCOMPARE(plain.out, QByteArray("42\n"));
        QCOMPARE(plain.err, QByteArray());
        m_server->answer(answer);
        const ProgramOutcome shown = ask({"--thinking", "What?"});
        QCOMPARE(shown.out, QByteArray("42\n"));
        QVERIFY(shown.err.contains("let me see"));
    }

    void usageIsToldWhenItIsAskedFor()
    {
        m_server->answer(answerOf("Hi", "stop"));
        QCOMPARE(ask({"--usage", "Hello"}).err,
                 QByteArray("tokens: 12 in, 3 out; cost: unpriced\n"));
        m_server->answer(answerOf("Hi", "stop"));
        const Json json = Json::parse(ask({"--json", "Hello"}).out.toStdString());
        QVERIFY(json["answer"] == Json("Hi"));
        QVERIFY(json["complete"] == Json(true));
        QVERIFY(json["ending"] == Json("end"));
        QVERIFY(json["usage"]["input_tokens"] == Json(12));
    }

    void aSchemaIsAskedForAndChecked()
    {
        const QString schema = file("schema.json", R"({"type":"object","required":["n"],
            "properties":{"n":{"type":"integer"}}})");
        m_server->answer(answerOf("{\"n\": 4}", "stop"));
        const ProgramOutcome right = ask({"--schema", schema, "Which?"});
        QVERIFY2(right.code == 0, right.err.constData());
        QCOMPARE(right.out, QByteArray("{\"n\":4}\n"));
        QVERIFY(body().dump().find("integer") != std::string::npos);
        m_server->answer(answerOf("{\"n\": \"four\"}", "stop"));
        const ProgramOutcome wrong = ask({"--schema", schema, "Which?"});
        QCOMPARE(wrong.code, 1);
        QCOMPARE(wrong.out, QByteArray());
        QVERIFY2(wrong.err.contains("is not of the schema"), wrong.err.constData());
    }

    void picturesGoWithTheQuestion()
    {
        m_server->answer(answerOf("A square", "stop"));
        const ProgramOutcome outcome = ask({"--attach", file("a.png", pngPicture(5, 5)), "--attach",
                                            file("b.jpg", jpegPicture(5, 5)), "What is it?"},
                                           {}, "openai:gpt-4o");
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const Json content = body()["messages"][0]["content"];
        QCOMPARE(content.size(), std::size_t(3));
        QVERIFY(content[0]["image_url"]["url"].get<std::string>().starts_with(
            "data:image/png;base64,iVBOR"));
        QVERIFY(content[1]["image_url"]["url"].get<std::string>().starts_with(
            "data:image/jpeg;base64,/9j"));
        QVERIFY(content[2]["text"] == Json("What is it?"));
    }

    void nothingIsSentThatTheModelWouldNotSee()
    {
        const ProgramOutcome outcome = ask({"--attach", file("a.png", pngPicture(5, 5)), "What?"},
                                           {}, "groq:llama-3.3-70b-versatile");
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains("cannot be shown the picture a.png"),
                 outcome.err.constData());
        QVERIFY(m_server->requests().empty());
    }

    void ctrlCEndsIt()
    {
        m_server->answer(stream(chunk({{"content", "Once upon"}})), RawHttpServer::After::KeepOpen);
        QProcess process;
        QSignalSpy finished(&process, &QProcess::finished);
        process.start(QStringLiteral(ORRERY_BIN_DIR "/orrery-cli"),
                      {"ask", "-m", "custom:m", "--base-url",
                       QString::fromStdString(m_server->baseUrl()), "A story"});
        QTRY_VERIFY_WITH_TIMEOUT(process.bytesAvailable() >= 9, 30000);
        QCOMPARE(::kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
        QVERIFY(finished.wait(30000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        QCOMPARE(process.readAllStandardOutput(), QByteArray("Once upon\n"));
        QCOMPARE(process.readAllStandardError(), QByteArray("orrery-cli: ask: interrupted\n"));
        QTRY_COMPARE(m_server->open(), 0);
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("no model") << QStringList{"ask", "Hello"}
                                  << QByteArray("ask needs -m PROVIDER:MODEL");
        QTest::newRow("no question")
            << QStringList{"ask", "-m", "ollama:m"} << QByteArray("ask needs a question");
        QTest::newRow("no provider")
            << QStringList{"ask", "-m", "m", "Hello"} << QByteArray("expected provider:model");
        QTest::newRow("an unknown one") << QStringList{"ask", "-m", "nobody:m", "Hello"}
                                        << QByteArray("\"nobody\" is no provider");
        QTest::newRow("tokens") << QStringList{"ask",          "-m", "ollama:m",
                                               "--max-tokens", "0",  "Hello"}
                                << QByteArray("--max-tokens is a whole number");
        QTest::newRow("schema") << QStringList{"ask",      "-m",    "ollama:m",
                                               "--schema", "/none", "Hello"}
                                << QByteArray("/none cannot be read");
    }
    void saysWhatIsWrong()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, said);
        const ProgramOutcome outcome = runCli(arguments);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains(said), outcome.err.constData());
    }
};

ORRERY_TEST(TestAskCommand)
#include "tst_askcommand.moc"
