// SPDX-License-Identifier: GPL-3.0-or-later
// URLs that a model may and may not have fetched.
#include "core/model/urlguard.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery;

class TestUrlGuard : public QObject
{
    Q_OBJECT

private slots:
    void refuses_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<ErrorCode>("code");
        const auto denied = [](const char *url) {
            QTest::newRow(url) << QString::fromUtf8(url) << ErrorCode::Denied;
        };
        const auto wrong = [](const char *url) {
            QTest::newRow(url) << QString::fromUtf8(url) << ErrorCode::InvalidArgument;
        };
        denied("http://127.0.0.1/");
        denied("http://127.1/");
        denied("http://0/");
        denied("http://0x7f.1/");
        denied("http://0177.0.0.1/");
        denied("http://127.0.0.1./");
        denied("http://me@10.0.0.1:80/");
        denied("http://8.8.8.8@10.0.0.1/");
        denied("http://localhost");
        denied("http://LocalHost./");
        denied("http://api.localhost:3000/");
        denied("https://[::1]:443/");
        denied("https://[0:0:0:0:0:0:0:1]/");
        denied("https://[::ffff:127.0.0.1]/");
        denied("https://[64:ff9b::10.0.0.1]/");
        denied("https://[2002:c0a8:1::]/");
        denied("ftp://8.8.8.8/");
        denied("ws://8.8.8.8/");
        wrong("");
        wrong("http://");
        wrong("http:/8.8.8.8/");
        wrong("//8.8.8.8/");
        wrong("8.8.8.8:80/");
        wrong("http://8.8.8.8:port/");
        wrong("http://8.8.8.8:80:81/");
        wrong("http://8.8.8.8:65536/");
        wrong("http://8.8.8.8:99999999999999999999/");
        wrong("http://%31%32%37.0.0.1/");
        wrong("http://08.8.8.8/");
        wrong("http://1.2.3.4.5/");
        wrong("http://999999999999/");
        wrong("http://name.0x1g.0x1/");
        wrong("http://[::1/");
        wrong("http://[fe80::1%25eth0]/");
        wrong("http://[8.8.8.8]/");
        wrong("http://[2606:4700::1]x/");
        wrong("http://::1/");
        wrong("http://8.8.8.8\\@10.0.0.1/");
        wrong("http://8.8.8.8/a b");
        wrong("http://8.8.8.8/\n");
        wrong("http://8.8.8.8/#a#b");
        wrong("http://8.8.8.8/[x]");
        wrong("http://example.com/ü");
        wrong("http://exämple.com/");
        wrong("1http://8.8.8.8/");
    }
    void refuses()
    {
        QFETCH(QString, url);
        QFETCH(ErrorCode, code);
        const auto guarded = guardUrl(url.toStdString());
        QVERIFY(!guarded);
        QCOMPARE(guarded.error().code, code);
    }

    void accepts_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("host");
        QTest::addColumn<QString>("address");
        QTest::addColumn<int>("port");
        QTest::newRow("plain") << "http://8.8.8.8/a?b=c#d"
                               << "8.8.8.8"
                               << "8.8.8.8" << 80;
        QTest::newRow("secure") << "HTTPS://1.1.1.1"
                                << "1.1.1.1"
                                << "1.1.1.1" << 443;
        QTest::newRow("short") << "http://8.8:81"
                               << "8.8"
                               << "8.0.0.8" << 81;
        QTest::newRow("hex") << "http://0x08080808/"
                             << "0x08080808"
                             << "8.8.8.8" << 80;
        QTest::newRow("six") << "http://[2606:4700:0::1]:8080/"
                             << "2606:4700:0::1"
                             << "2606:4700::1" << 8080;
        QTest::newRow("user") << "http://a:b@8.8.8.8:/"
                              << "8.8.8.8"
                              << "8.8.8.8" << 80;
        QTest::newRow("port with zeros") << "http://8.8.8.8:000443/"
                                         << "8.8.8.8"
                                         << "8.8.8.8" << 443;
        QTest::newRow("name") << "https://example.com/x"
                              << "example.com"
                              << "" << 443;
        QTest::newRow("not local") << "https://localhost.example.com"
                                   << "localhost.example.com"
                                   << "" << 443;
        QTest::newRow("address in a query") << "http://8.8.8.8?u=http://127.0.0.1"
                                            << "8.8.8.8"
                                            << "8.8.8.8" << 80;
    }
    void accepts()
    {
        QFETCH(QString, url);
        const auto guarded = guardUrl(url.toStdString());
        QVERIFY2(guarded, guarded ? "" : guarded.error().message.c_str());
        QTEST(QString::fromStdString(guarded->host), "host");
        QTEST(QString::fromStdString(guarded->address.value_or("")), "address");
        QTEST(guarded->port, "port");
    }

    void privateHostsMayBeAllowed()
    {
        for (const char *url :
             {"http://127.0.0.1:11434/v1", "http://localhost:1234", "http://[::1]/"})
            QVERIFY2(guardUrl(url, true), url);
        QVERIFY(!guardUrl("file:///etc/passwd", true));
        QVERIFY(!guardUrl("ftp://localhost/", true));
        QVERIFY(!guardUrl(7, true));
    }

    void edgesOfClosedRanges_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("isPublic");
        const auto open = [](const char *address) { QTest::newRow(address) << address << true; };
        const auto closed = [](const char *address) { QTest::newRow(address) << address << false; };
        for (const char *address :
             {"1.0.0.0",        "9.255.255.255",   "11.0.0.0",       "100.63.255.255",
              "100.128.0.0",    "126.255.255.255", "128.0.0.0",      "169.253.255.255",
              "169.255.0.0",    "172.15.255.255",  "172.32.0.0",     "192.0.1.255",
              "192.0.3.0",      "192.167.255.255", "192.169.0.0",    "198.17.255.255",
              "198.20.0.0",     "198.51.99.255",   "198.51.101.0",   "203.0.112.255",
              "203.0.114.0",    "223.255.255.255", "2606:4700::1",   "::2",
              "fbff::1",        "fe00::1",         "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
              "2002:808:808::1"})
            open(address);
        for (const char *address : {"0.0.0.0",
                                    "0.255.255.255",
                                    "10.0.0.0",
                                    "10.255.255.255",
                                    "100.64.0.0",
                                    "100.127.255.255",
                                    "127.0.0.0",
                                    "127.255.255.255",
                                    "169.254.0.0",
                                    "169.254.255.255",
                                    "172.16.0.0",
                                    "172.31.255.255",
                                    "192.0.2.0",
                                    "192.0.2.255",
                                    "192.168.0.0",
                                    "192.168.255.255",
                                    "198.18.0.0",
                                    "198.19.255.255",
                                    "198.51.100.0",
                                    "198.51.100.255",
                                    "203.0.113.0",
                                    "203.0.113.255",
                                    "224.0.0.0",
                                    "239.255.255.255",
                                    "240.0.0.0",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "fc00::",
                                    "fdff::1",
                                    "fe80::",
                                    "febf::1",
                                    "fec0::",
                                    "feff::1",
                                    "ff00::",
                                    "ffff::",
                                    "::ffff:10.0.0.1",
                                    "::ffff:0:10.0.0.1",
                                    "64:ff9b::192.168.0.1",
                                    "2002:7f00:1::",
                                    "localhost",
                                    "",
                                    "8.8.8.8 and more"})
            closed(address);
    }
    void edgesOfClosedRanges()
    {
        QFETCH(QString, address);
        QTEST(isPublicAddress(address.toStdString()), "isPublic");
    }
};

ORRERY_TEST(TestUrlGuard)
#include "tst_urlguard.moc"
