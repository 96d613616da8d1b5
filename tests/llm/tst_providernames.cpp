// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/providers.h"
#include "core/model/teamfilekeys.h"

#include <QTest>

#include <set>
#include <string_view>

using namespace orrery;

class ProviderNamesTest : public QObject
{
    Q_OBJECT

private slots:
    /// A team file is read without the model library, so the names stand in two places.
    void teamFilesKnowEveryProvider()
    {
        std::set<std::string_view> offered{"scripted"};
        for (const llm::Provider &provider : llm::providers())
            offered.insert(provider.name);
        const std::set<std::string_view> accepted(teamfile::kProviders.begin(),
                                                  teamfile::kProviders.end());
        QVERIFY(offered == accepted);
    }
};

QTEST_APPLESS_MAIN(ProviderNamesTest)
#include "tst_providernames.moc"
