// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures on their way to the models of a team: with the task, from the team file, out of read_file.
#include "tests/support/pictures.h"
#include "tests/support/replyclient.h"
#include "tests/support/runprobe.h"
#include "tests/support/testregistry.h"

#include <mutex>

using namespace orrery;
using namespace orrery::testing;

namespace {

constexpr const char *kSeeing = "openai:gpt-4o";
constexpr const char *kBlind = "groq:llama-3.3-70b-versatile";

} // namespace

class TestRunAttachments : public QObject, private RunProbe
{
    Q_OBJECT

private:
    std::mutex m_mutex;
    std::vector<llm::ModelRequest> m_requests; ///< under the lock

    std::string file(const char *name, const std::string &bytes)
    {
        QFile out(m_folder->filePath(name));
        if (!out.open(QFile::WriteOnly))
            qFatal("cannot write");
        out.write(bytes.data(), qint64(bytes.size()));
        return m_folder->filePath(name).toStdString();
    }
    TeamSpec teamOf(const Json &agents)
    {
        write("team.json", {{"name", "Test"}, {"agents", agents}});
        auto spec = loadTeamFile(m_folder->filePath("team.json").toStdString());
        if (!spec)
            qFatal("%s", spec.error().message.c_str());
        return std::move(*spec);
    }
    /// All agents answer what `answer` says, which gets the number of the request.
    void run(TeamSpec team, std::vector<std::string> attachments,
             std::function<llm::ModelReply(std::size_t)> answer)
    {
        m_requests.clear();
        runtime::RunOptions options;
        options.team = std::move(team);
        options.attachments = std::move(attachments);
        options.journalPath = m_folder->filePath("run.orrery").toStdString();
        options.approvals = runtime::ApprovalMode::All;
        options.makeModelClient = [this, answer] {
            return std::make_unique<ReplyClient>(
                [this, answer](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
                    std::lock_guard lock(m_mutex);
                    m_requests.push_back(request);
                    return answer(m_requests.size());
                });
        };
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
    }
    const Message &lastMessage(std::size_t request) const
    {
        return *m_requests.at(request).messages.back();
    }
    static std::vector<std::string> types(const Message &message)
    {
        std::vector<std::string> all;
        for (const ContentPart &part : message.contentParts.value_or(std::vector<ContentPart>()))
            all.push_back(part.type);
        return all;
    }

private slots:
    void init() { freshFolder(); }

    void theyGoWithTheTaskToWhoStartsWithIt()
    {
        const std::string picture = file("a.png", pngPicture(5, 3));
        const std::string own = file("own.pdf", pdfDocument());
        run(teamOf(Json::array(
                {{{"name", "one"}, {"model", kSeeing}, {"attach", Json::array({"own.pdf"})}},
                 {{"name", "two"}, {"model", kSeeing}, {"start", "on_message"}}})),
            {picture}, [](std::size_t) { return ReplyClient::text("Seen."); });
        QCOMPARE(m_requests.size(), std::size_t(1));
        QVERIFY((types(lastMessage(0)) == std::vector<std::string>{"image", "file", "text"}));
        QCOMPARE(lastMessage(0).contentParts->back().content, std::string("Do it."));
        const std::string body = m_requests[0].body->toString();
        QVERIFY(body.find("data:image/png;base64,iVBOR") != std::string::npos);
        QVERIFY(!latest(EventKind::Warning));
        QVERIFY(latest(EventKind::MessageAdded, "one"));
    }

    void aModelThatIsBlindIsToldAndSoIsThePerson()
    {
        run(teamOf(Json::array({{{"name", "solo"}, {"model", kBlind}}})),
            {file("a.png", pngPicture(5, 3))},
            [](std::size_t) { return ReplyClient::text("I see nothing."); });
        const EventPtr warning = latest(EventKind::Warning, "solo");
        QVERIFY(warning);
        QVERIFY(warning->data["code"] == Json("attachment_left_out"));
        const std::string text = warning->data["message"];
        QVERIFY2(text.find("is not shown the picture a.png") != std::string::npos, text.c_str());
        QCOMPARE(count(EventKind::Warning), 1);
        QVERIFY(latest(EventKind::RequestSent)->seq > warning->seq);
    }

    void whatReadFileShowsReachesTheModel()
    {
        QVERIFY(QDir(m_folder->path()).mkdir("work"));
        file("work/a.png", pngPicture(5, 3));
        run(teamOf(Json::array({{{"name", "solo"}, {"model", kSeeing}}})), {},
            [](std::size_t number) {
                return number == 1 ? ReplyClient::calling("c1", "read_file", {{"path", "a.png"}})
                                   : ReplyClient::text("Seen.");
            });
        QVERIFY((types(lastMessage(1)) == std::vector<std::string>{"text", "image"}));
        QVERIFY(lastMessage(1).content->starts_with("a.png is a PNG image"));
        QCOMPARE(lastMessage(1).toolCallId.value_or(""), std::string("c1"));
    }

    void theJournalKeepsNoLargePictureAndTheContextDoes()
    {
        const std::string bytes = pngPicture(300, 300, Motif::Noise);
        QVERIFY(bytes.size() > 100'000);
        run(teamOf(Json::array({{{"name", "solo"}, {"model", kSeeing}}})), {file("a.png", bytes)},
            [](std::size_t) { return ReplyClient::text("Seen."); });
        QCOMPARE(lastMessage(0).contentParts->front().content.size(), (bytes.size() + 2) / 3 * 4);
        for (const EventPtr &event : seen())
            QVERIFY(event->data.text().size() < 20'000);
        const std::string runId = m_run->id();
        m_run.reset();

        // Another run goes on with the picture, which only the saved context has.
        runtime::RunOptions options;
        options.team = teamOf(Json::array({{{"name", "solo"}, {"model", kSeeing}}}));
        options.task = "And now?";
        options.continuedRun = runId;
        options.journalPath = m_folder->filePath("run.orrery").toStdString();
        m_requests.clear();
        options.makeModelClient = [this] {
            return std::make_unique<ReplyClient>(
                [this](const llm::ModelRequest &request) -> Result<llm::ModelReply> {
                    std::lock_guard lock(m_mutex);
                    m_requests.push_back(request);
                    return ReplyClient::text("Still.");
                });
        };
        start(std::move(options));
        QCOMPARE(end(), QString("done"));
        std::size_t pictures = 0;
        for (const auto &message : m_requests.at(0).messages)
            if (message->contentParts && message->contentParts->front().type == "image")
                pictures +=
                    message->contentParts->front().content.size() == (bytes.size() + 2) / 3 * 4;
        QCOMPARE(pictures, std::size_t(1));
    }

    void aPictureIsReservedForByWhatItCosts()
    {
        // As text it would be more than the window of a minute lets through.
        const std::string bytes = pngPicture(300, 300, Motif::Noise);
        const Json team = Json::array({{{"name", "solo"}, {"model", kSeeing}}});
        write("team.json", {{"name", "Test"},
                            {"agents", team},
                            {"limits", {{"tpm", 20000}, {"policy", "refuse"}}}});
        auto spec = loadTeamFile(m_folder->filePath("team.json").toStdString());
        QVERIFY(spec.has_value());
        run(std::move(*spec), {file("a.png", bytes)},
            [](std::size_t) { return ReplyClient::text("Seen."); });
        const Json sent = latest(EventKind::RequestSent)->data;
        QVERIFY(sent["body_bytes"].get<int>() > 200'000);
        QVERIFY2(sent["tokens_est"].get<int>() < 10'000, sent.dump().c_str());
        QVERIFY(sent["tokens_est"].get<int>() > 255);
    }

    void whatCannotBeAttachedKeepsTheRunFromStarting()
    {
        runtime::RunOptions options;
        options.team = teamOf(Json::array({{{"name", "solo"}, {"model", kSeeing}}}));
        options.workspace = m_folder->filePath("work").toStdString();
        options.attachments = {file("a.txt", "hello")};
        const auto run = runtime::TeamRun::create(std::move(options));
        QVERIFY(!run);
        QVERIFY2(
            run.error().message.starts_with("solo: a.txt is nothing that a model can be shown"),
            run.error().message.c_str());
        QVERIFY(!QDir(m_folder->filePath("work")).exists());
    }
};

ORRERY_TEST(TestRunAttachments)
#include "tst_attachments.moc"
