// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures and documents that read_file shows to models that take them.
#include "core/tools/toolexecutor.h"
#include "tests/support/pictures.h"
#include "tests/support/testregistry.h"
#include "tests/support/toolfolder.h"

#include <QTest>

using namespace orrery;
using namespace orrery::testing;

class TestShownFiles : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ToolFolder> m_folder;

    tools::ToolResult read(const char *name, const AttachmentLimits &limits)
    {
        tools::ToolContext context = m_folder->context();
        context.attachments = limits;
        return m_folder->use("read_file", {{"path", name}}, context);
    }

private slots:
    void init() { m_folder = std::make_unique<ToolFolder>(); }

    void aPictureIsShown()
    {
        const std::string bytes = pngPicture(5, 3);
        m_folder->write("img/a.png", bytes);
        const auto result = read("img/a.png", {true, false, 0, 0, 0});
        QVERIFY2(result.ok, result.content.c_str());
        QCOMPARE(result.content, "img/a.png is a PNG image of 5 × 3 pixels, "
                                     + std::to_string(bytes.size()) + " bytes.");
        QCOMPARE(result.parts.size(), std::size_t(1));
        QCOMPARE(result.parts[0].type, std::string("image"));
        QCOMPARE(QByteArray::fromBase64(QByteArray::fromStdString(result.parts[0].content))
                     .toStdString(),
                 bytes);
    }

    void aDocumentIsShownToWhoTakesDocuments()
    {
        m_folder->write("a.pdf", pdfDocument());
        QCOMPARE(read("a.pdf", {true, true, 0, 0, 0}).parts.size(), std::size_t(1));
        const auto result = read("a.pdf", {true, false, 0, 0, 0});
        QVERIFY(result.parts.empty());
        QVERIFY(result.content.starts_with("a.pdf is a binary file: a PDF document"));
    }

    void othersAreToldWhatItIs()
    {
        m_folder->write("a.png", pngPicture(5, 3));
        m_folder->write("a.zip", std::string("PK\3\4\0\0", 6));
        const auto blind = read("a.png", {});
        QVERIFY(blind.parts.empty());
        QCOMPARE(blind.outcome, tools::ToolResult::Outcome::Error);
        QVERIFY(blind.content.starts_with("a.png is a binary file: a PNG image of 5 × 3 pixels"));
        const auto zip = read("a.zip", {true, true, 0, 0, 0});
        QVERIFY(zip.parts.empty());
        QVERIFY(zip.content.find("a ZIP archive") != std::string::npos);
    }

    void aLargePictureIsShownSmaller()
    {
        m_folder->write("a.png", pngPicture(800, 400));
        const auto result = read("a.png", {true, false, 0, 200, 0});
        QVERIFY(result.content.ends_with("It is shown smaller, with 200 × 100 pixels."));
        QVERIFY(result.parts[0].options["width"] == Json(200));
        m_folder->write("a.gif", gifPicture(800, 400));
        const auto refused = read("a.gif", {true, false, 0, 200, 0});
        QVERIFY(refused.parts.empty());
        QVERIFY2(refused.content.find("200 pixels a side") != std::string::npos,
                 refused.content.c_str());
    }

    void noLinkLeadsOutOfTheWorkspace()
    {
        const auto outside = m_folder->root().parent_path() / "secret.png";
        std::ofstream(outside) << pngPicture(5, 3);
        std::filesystem::create_symlink(outside, m_folder->root() / "link.png");
        for (const char *name : {"link.png", "../secret.png"}) {
            const auto result = read(name, {true, true, 0, 0, 0});
            QVERIFY(!result.ok);
            QVERIFY(result.parts.empty());
        }
    }

    void theExecutorHandsThePartsOn()
    {
        m_folder->write("a.png", pngPicture(5, 3));
        for (const tools::ToolPtr &tool : tools::fileTools()) {
            if (tool->name != "read_file")
                continue;
            tools::ToolContext context = m_folder->context();
            context.attachments = {true, false, 0, 0, 0};
            QCOMPARE(tools::executeTool(*tool, {{"path", "a.png"}}, context).parts.size(),
                     std::size_t(1));
        }
    }
};

ORRERY_TEST(TestShownFiles)
#include "tst_shownfiles.moc"
