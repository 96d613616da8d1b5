// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/permissionpolicy.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;
using namespace orrery::tools;

namespace {

PermissionPolicy policyOf(const char *json)
{
    return PermissionPolicy::fromJson(Json::parse(json)).value();
}

} // namespace

class TestPermissionPolicy : public QObject
{
    Q_OBJECT

private slots:
    void blocks_data()
    {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("tool");
        QTest::addColumn<bool>("blocked");
        QTest::newRow("nothing by default") << R"("default")"
                                            << "bash" << false;
        QTest::newRow("all when strict") << R"("strict")"
                                         << "read_file" << true;
        QTest::newRow("by name") << R"({"deny":["BASH"]})"
                                 << "bash" << true;
        QTest::newRow("not by half a name") << R"({"deny":["bas"]})"
                                            << "bash" << false;
        QTest::newRow("by prefix") << R"({"deny_prefixes":["Web_"]})"
                                   << "WEB_fetch" << true;
        QTest::newRow("every name has the empty prefix") << R"({"deny_prefixes":[""]})"
                                                         << "x" << true;
        QTest::newRow("beyond ASCII") << R"({"deny":["Écrire"]})"
                                      << "éCRIRE" << true;
        QTest::newRow("allowed when strict") << R"({"mode":"strict","allow":["Glob"]})"
                                             << "glob" << false;
        QTest::newRow("allowed by prefix when strict")
            << R"({"mode":"strict","allow_prefixes":["read_"]})"
            << "read_file" << false;
        QTest::newRow("not on the list") << R"({"mode":"permissive","allow":["a"]})"
                                         << "b" << true;
        QTest::newRow("a denial wins") << R"({"allow":["a"],"deny":["a"]})"
                                       << "a" << true;
        QTest::newRow("a denied prefix wins") << R"({"allow":["a_b"],"deny_prefixes":["a_"]})"
                                              << "a_b" << true;
        QTest::newRow("an empty list allows all") << R"({"allow":[]})"
                                                  << "a" << false;
    }
    void blocks()
    {
        QFETCH(QString, policy);
        QFETCH(QString, tool);
        QTEST(policyOf(policy.toUtf8()).isBlocked(tool.toStdString()), "blocked");
    }

    void asks_data()
    {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("tool");
        QTest::addColumn<bool>("reads");    ///< asked about when it only reads
        QTest::addColumn<bool>("executes"); ///< asked about when it executes something
        QTest::newRow("default, a command") << R"("default")"
                                            << "bash" << true << true;
        QTest::newRow("default, a write") << R"("default")"
                                          << "write_file" << true << true;
        QTest::newRow("default, else") << R"("default")"
                                       << "make" << false << false;
        QTest::newRow("own list") << R"({"approval_required":["Make"]})"
                                  << "make" << true << true;
        QTest::newRow("own list only") << R"({"mode":"default"})"
                                       << "bash" << false << false;
        QTest::newRow("permissive") << R"("permissive")"
                                    << "bash" << false << true;
        QTest::newRow("unattended") << R"({"mode":"permissive","allow_unattended_execute":true})"
                                    << "bash" << false << false;
        QTest::newRow("unattended is for permissive only")
            << R"({"mode":"strict","allow_unattended_execute":true})"
            << "bash" << true << true;
        QTest::newRow("strict") << R"({"mode":"strict","allow":["glob"]})"
                                << "glob" << true << true;
        QTest::newRow("blocked as well") << R"({"deny":["x"],"approval_required":["x"]})"
                                         << "x" << true << true;
    }
    void asks()
    {
        QFETCH(QString, policy);
        QFETCH(QString, tool);
        const PermissionPolicy read = policyOf(policy.toUtf8());
        const std::string name = tool.toStdString();
        QTEST(read.requiresApproval(name, ToolCategory::Read), "reads");
        QTEST(read.requiresApproval(name, ToolCategory::Execute), "executes");
    }

    void aMistakeIsNamed_data()
    {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("place");
        QTest::newRow("name") << R"("weird")"
                              << "weird";
        QTest::newRow("mode") << R"({"mode":"weird"})"
                              << "/mode";
        QTest::newRow("key") << R"({"denied":["x"]})"
                             << "/denied";
        QTest::newRow("list") << R"({"deny":"x"})"
                              << "/deny";
        QTest::newRow("item") << R"({"deny":["x",7]})"
                              << "/deny/1";
        QTest::newRow("switch") << R"({"allow_unattended_execute":"yes"})"
                                << "/allow_unattended_execute";
        QTest::newRow("no policy") << "[]"
                                   << "permission policy";
    }
    void aMistakeIsNamed()
    {
        QFETCH(QString, policy);
        QFETCH(QString, place);
        const auto read = PermissionPolicy::fromJson(Json::parse(policy.toStdString()));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidArgument);
        const auto message = QString::fromStdString(read.error().message);
        QVERIFY2(message.contains(place), qPrintable(message));
    }
};

ORRERY_TEST(TestPermissionPolicy)
#include "tst_permissionpolicy.moc"
