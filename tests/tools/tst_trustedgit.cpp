// SPDX-License-Identifier: GPL-3.0-or-later
// Which files of a workspace make git run programs.
#include "core/tools/trustedgit.h"
#include "tests/support/testregistry.h"
#include "tests/support/toolfolder.h"

#include <QTest>

#include <algorithm>

using namespace orrery;
using namespace orrery::testing;
namespace fs = std::filesystem;

class TestTrustedGit : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ToolFolder> m_folder;

    void makeRepository(const std::string &git) const
    {
        m_folder->write(git + "/HEAD", "ref: refs/heads/main\n");
        m_folder->write(git + "/config", "[core]\n");
        fs::create_directories(m_folder->root() / git / "objects");
    }
    /// Sorted, from the workspace.
    std::vector<std::string> names(const std::vector<fs::path> &paths) const
    {
        std::vector<std::string> all;
        for (const fs::path &path : paths)
            all.push_back(path.lexically_relative(m_folder->root()).string());
        std::sort(all.begin(), all.end());
        return all;
    }
    bool isTrusted(const std::string &name) const
    {
        const auto all = names(tools::trustedOfGit(m_folder->root()));
        return std::find(all.begin(), all.end(), name) != all.end();
    }
    using Names = std::vector<std::string>;

private slots:
    void init() { m_folder = std::make_unique<ToolFolder>(); }

    void whatGitActsOnIsTrusted()
    {
        makeRepository(".git");
        m_folder->write("src/a.c", "");
        QCOMPARE(names(tools::trustedOfGit(m_folder->root())),
                 (Names{".git/commondir", ".git/config", ".git/config.worktree", ".git/gitdir",
                        ".git/hooks"}));
        QVERIFY(fs::is_directory(m_folder->root() / ".git/hooks")); // so that it can be guarded
        m_folder->write("wood/.git", "gitdir: elsewhere\n");
        QVERIFY(isTrusted("wood/.git"));
        QVERIFY(tools::trustedOfGit(m_folder->root() / "src").empty());
    }

    void repositoriesAreFound_data()
    {
        QTest::addColumn<QByteArray>("git");
        QTest::addColumn<bool>("isFound");
        QTest::newRow("here") << QByteArray(".git") << true;
        QTest::newRow("four deep") << QByteArray("a/b/c/d/.git") << true;
        QTest::newRow("five deep") << QByteArray("a/b/c/d/e/.git") << false;
        QTest::newRow("of a package") << QByteArray("node_modules/.git") << false;
        QTest::newRow("of a submodule") << QByteArray(".git/modules/sub") << true;
        QTest::newRow("of a submodule in a folder") << QByteArray(".git/modules/a/b/sub") << true;
        QTest::newRow("of its own submodule") << QByteArray(".git/modules/sub/modules/in") << true;
        QTest::newRow("no repository") << QByteArray("plain") << false;
    }
    void repositoriesAreFound()
    {
        QFETCH(QByteArray, git);
        QFETCH(bool, isFound);
        makeRepository(".git");
        if (git.contains("/modules/in"))
            makeRepository(".git/modules/sub");
        makeRepository(git.toStdString());
        const auto found = names(tools::repositoriesBelow(m_folder->root()));
        QCOMPARE(std::count(found.begin(), found.end(), git.toStdString()), isFound ? 1 : 0);
        QCOMPARE(isTrusted(git.toStdString() + "/config"), isFound);
    }

    void aFolderOfModulesIsNoRepository()
    {
        makeRepository(".git");
        m_folder->write(".git/modules/half/HEAD", "x");
        fs::create_directories(m_folder->root() / ".git/modules/other/objects");
        QCOMPARE(names(tools::repositoriesBelow(m_folder->root())), (Names{".git"}));
    }

    void linksToFoldersAreNotFollowed()
    {
        makeRepository("lib/.git");
        fs::create_directory_symlink("lib", m_folder->root() / "link");
        QCOMPARE(names(tools::repositoriesBelow(m_folder->root())), (Names{"lib/.git"}));
    }

    void hooksMayBeElsewhere_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("folder");
        QTest::newRow("plain") << QByteArray("[core]\n\thooksPath = .husky\n")
                               << QByteArray("lib/.husky");
        QTest::newRow("in quotes")
            << QByteArray("[core]\r\n\tHOOKSPATH=\"my hooks\"\r\n") << QByteArray("lib/my hooks");
        QTest::newRow("above") << QByteArray("[core]\nhooksPath = ../others/x  \n")
                               << QByteArray("others/x");
        QTest::newRow("after what has no value")
            << QByteArray("[core]\n# hooksPath\nhooksPath = .h\n") << QByteArray("lib/.h");
        QTest::newRow("empty") << QByteArray("[core]\nhooksPath =  \n") << QByteArray();
        QTest::newRow("none") << QByteArray("[core]\nbare = false\n") << QByteArray();
    }
    void hooksMayBeElsewhere()
    {
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, folder);
        makeRepository("lib/.git");
        m_folder->write("lib/.git/config", config.toStdString());
        const auto all = tools::trustedOfGit(m_folder->root());
        QCOMPARE(all.size(), std::size_t(folder.isEmpty() ? 5 : 6));
        if (!folder.isEmpty())
            QVERIFY(isTrusted(folder.toStdString()));
    }

    void onlyWhatGitNeverMakesIsTakenAway()
    {
        makeRepository(".git");
        makeRepository("lib/.git");
        m_folder->write("lib/.git/commondir", "../../elsewhere\n");
        m_folder->write(".git/worktrees/wood/commondir", "../..\n"); // git's own
        m_folder->write("half/.git/HEAD", "x");
        m_folder->write("half/.git/commondir", "x"); // a worktree's folder looks like this
        QCOMPARE(names(tools::removeGitRedirects(m_folder->root())), (Names{"lib/.git/commondir"}));
        QVERIFY(!fs::exists(m_folder->root() / "lib/.git/commondir"));
        QVERIFY(fs::exists(m_folder->root() / ".git/worktrees/wood/commondir"));
        QVERIFY(fs::exists(m_folder->root() / "half/.git/commondir"));
        fs::create_symlink("nowhere", m_folder->root() / ".git/commondir");
        QCOMPARE(names(tools::removeGitRedirects(m_folder->root())), (Names{".git/commondir"}));
        QVERIFY(tools::removeGitRedirects(m_folder->root()).empty());
    }
};

ORRERY_TEST(TestTrustedGit)
#include "tst_trustedgit.moc"
