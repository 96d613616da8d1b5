// SPDX-License-Identifier: GPL-3.0-or-later
// How far a walk goes, and what it says of what it could not look at.
#include "core/tools/search/filewalk.h"
#include "tests/support/searchfolder.h"
#include "tests/support/testregistry.h"

#include <QTest>

#include <algorithm>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace orrery;
using namespace orrery::tools;
namespace fs = std::filesystem;

namespace {

/// How folders are listed for this thread: as on some file systems, or as on a disk that fails.
enum class Listing { AsItIs, WithoutTypes, Failing };
thread_local Listing listing = Listing::AsItIs;

WalkQuestion allFiles()
{
    WalkQuestion question;
    question.wants = [](std::string_view) { return true; };
    question.entersFolder = question.wants;
    return question;
}

} // namespace

/// In place of the one of the system, which it asks.
extern "C" dirent *readdir(DIR *folder)
{
    static const auto real = reinterpret_cast<dirent *(*)(DIR *)>(::dlsym(RTLD_NEXT, "readdir"));
    if (listing == Listing::Failing) {
        errno = EIO;
        return nullptr;
    }
    dirent *entry = real(folder);
    if (entry && listing == Listing::WithoutTypes)
        entry->d_type = DT_UNKNOWN;
    return entry;
}

class TestFileWalk : public QObject
{
    Q_OBJECT

private:
    static std::vector<std::string> pathsOf(const WalkResult &result)
    {
        std::vector<std::string> paths;
        for (const WalkedFile &file : result.files)
            paths.push_back(file.path);
        std::sort(paths.begin(), paths.end());
        return paths;
    }

private slots:
    void looksAtNoMoreThanItMay()
    {
        testing::SearchFolder folder;
        for (const char *name : {"a", "b", "c/d", ".git/x"}) // .git counts for nothing
            folder.write(name, "");
        WalkQuestion question = allFiles();
        question.mostEntries = 4;
        auto found = walkFiles(folder.root(), question, {});
        QVERIFY(!found->wasCut);
        QCOMPARE(found->files.size(), std::size_t(3));
        question.mostEntries = 3;
        found = walkFiles(folder.root(), question, {});
        QVERIFY(found->wasCut);
        QVERIFY(found->files.size() < 4);
        question.start = "none";
        QCOMPARE(walkFiles(folder.root(), question, {}).error().code, ErrorCode::NotFound);
        question.start = "a";
        QCOMPARE(walkFiles(folder.root(), question, {}).error().code, ErrorCode::Io);
    }

    void aListingThatFailsIsTold()
    {
        testing::SearchFolder folder;
        folder.write("s/a", "");
        WalkQuestion question = allFiles();
        for (const char *start : {"", "s"}) {
            question.start = start;
            listing = Listing::Failing;
            const auto found = walkFiles(folder.root(), question, {});
            listing = Listing::AsItIs;
            QVERIFY(found);
            QCOMPARE(found->unreadableFolders, std::size_t(1));
            QCOMPARE(found->unreadable, std::vector<std::string>{*start ? start : "."});
            QVERIFY(found->files.empty());
        }
    }

    void typesAreAskedForWhereAListingHasNone()
    {
        testing::SearchFolder folder;
        folder.write("a", "");
        folder.write("s/b", "");
        fs::create_symlink("a", folder / "link");
        fs::create_directory_symlink("s", folder / "folder link");
        QCOMPARE(::mkfifo((folder / "pipe").c_str(), 0600), 0);
        WalkQuestion question = allFiles();
        for (const bool linksToo : {true, false}) {
            question.linksToo = linksToo;
            listing = Listing::WithoutTypes;
            const auto found = walkFiles(folder.root(), question, {});
            listing = Listing::AsItIs;
            QCOMPARE(pathsOf(*found), linksToo ? (std::vector<std::string>{"a", "link", "s/b"})
                                               : (std::vector<std::string>{"a", "s/b"}));
        }
    }

    void rulesCountUpToFourMebibytes()
    {
        testing::SearchFolder folder;
        for (const char *name : {"a", "b", "c", "d"})
            folder.write(name, "");
        const std::size_t most = 4 * 1024 * 1024;
        std::string rules = "a\n" + std::string(most - 8, '#') + "\nb\n";
        while (rules.size() < most - 2)
            rules += '\n';
        rules += "c\n";
        QCOMPARE(rules.size(), most);
        folder.write(".gitignore", rules + "d\n");
        QCOMPARE(pathsOf(*walkFiles(folder.root(), allFiles(), {})),
                 (std::vector<std::string>{".gitignore", "d"}));
    }

    void linksAreFilesOrAreLeftOut()
    {
        testing::SearchFolder folder;
        folder.write("s/a", "");
        fs::create_symlink("s/a", folder / "link");
        WalkQuestion question = allFiles();
        const WalkResult with = *walkFiles(folder.root(), question, {});
        QCOMPARE(pathsOf(with), (std::vector<std::string>{"link", "s/a"}));
        for (const WalkedFile &file : with.files)
            QCOMPARE(file.target, std::string(file.path == "link" ? "s/a" : ""));
        QCOMPARE(with.files[0].inode, with.files[1].inode);
        QCOMPARE(with.files[0].device, with.files[1].device);
        question.linksToo = false;
        QCOMPARE(pathsOf(*walkFiles(folder.root(), question, {})), std::vector<std::string>{"s/a"});
    }

    void timesAreInNanoseconds()
    {
        testing::SearchFolder folder;
        folder.write("a", "");
        folder.setAge("a", 1234567890, 123456789);
        QCOMPARE(walkFiles(folder.root(), allFiles(), {})->files[0].modified,
                 std::int64_t(1234567890123456789));
    }

    void pathsAreOpenedNameByName()
    {
        testing::SearchFolder folder;
        folder.write("s/t/a", "x");
        fs::create_symlink("s", folder / "link");
        fs::create_symlink("a", folder / "s/t/alias");
        const Descriptor root(::open(folder.root().c_str(), O_PATH | O_DIRECTORY));
        for (const char *path : {"s/t/a", "s//t/a"}) {
            const Descriptor file = openBelow(root.get(), path, O_RDONLY);
            char byte = 0;
            QCOMPARE(bool(file), std::string_view(path) == "s/t/a");
            if (file)
                QCOMPARE(::read(file.get(), &byte, 1), ssize_t(1));
        }
        QVERIFY(openBelow(root.get(), "", O_RDONLY | O_DIRECTORY));
        for (const char *path : {"link/t/a", "s/t/alias", "none/a", "s/t/a/b"})
            QVERIFY2(!openBelow(root.get(), path, O_RDONLY), path);
    }
};

ORRERY_TEST(TestFileWalk)
#include "tst_filewalk.moc"
