// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of files that are no text.
#include "core/tools/files/filekind.h"
#include "tests/support/testregistry.h"

#include <QTest>

using namespace orrery::tools;

class TestFileKind : public QObject
{
    Q_OBJECT

private slots:
    void eachKindIsKnownByItsBytes_data()
    {
        QTest::addColumn<int>("at"); ///< where they stand
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("kind");
        const auto row = [](const char *hex, const char *kind, int at = 0) {
            QTest::addRow("%s: %s", kind, hex)
                << at << QByteArray::fromHex(hex) << QByteArray(kind);
        };
        const auto plain = [](const char *bytes, const char *kind, int at = 0) {
            QTest::addRow("%s: %s", kind, bytes) << at << QByteArray(bytes) << QByteArray(kind);
        };
        row("89504E470D0A1A0A", "a PNG image");
        row("FFD8FF", "a JPEG image");
        plain("GIF87a", "a GIF image");
        plain("GIF89a", "a GIF image");
        plain("WEBP", "a WebP image", 8);
        plain("BM", "a BMP image");
        row("49492A00", "a TIFF image");
        row("4D4D002A", "a TIFF image");
        row("00000100", "an icon");
        plain("%PDF-", "a PDF document");
        row("504B0304", "a ZIP archive");
        row("504B0506", "a ZIP archive");
        row("1F8B", "gzip data");
        plain("BZh", "bzip2 data");
        row("FD377A585A00", "xz data");
        row("28B52FFD", "zstd data");
        row("377ABCAF271C", "a 7z archive");
        plain("ustar", "a tar archive", 257);
        row("7F454C46", "an ELF program or library");
        plain("MZ", "a Windows program");
        row("CFFAEDFE", "a Mach-O program");
        row("CAFEBABE", "a Java class");
        row("0061736D", "a WebAssembly module");
        row("213C617263683E0A", "an archive of objects");
        row("53514C69746520666F726D6174203300", "an SQLite database");
        plain("OggS", "an Ogg file");
        plain("ID3", "an MP3 file");
        plain("WAVE", "a WAV file", 8);
        plain("ftyp", "an MP4 file", 4);
        plain("wOF2", "a font");
        row("FFFE0000", "UTF-32 text");
        row("0000FEFF", "UTF-32 text");
    }
    void eachKindIsKnownByItsBytes()
    {
        QFETCH(int, at);
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, kind);
        const std::string before(static_cast<std::size_t>(at), '.');
        const std::string whole = before + bytes.toStdString();
        const std::string withNul = whole + std::string(1, '\0');
        QCOMPARE(QByteArray::fromStdString(binaryKind(withNul).value_or("none")), kind);
        // Bytes that a text may have say nothing unless something shows that it is none.
        bool isPlain = bytes != "%PDF-";
        for (const char c : bytes)
            isPlain = isPlain && c >= ' ' && c <= '~';
        QCOMPARE(QByteArray::fromStdString(binaryKind(whole).value_or("none")),
                 isPlain ? QByteArray("none") : kind);
        // One byte later they are no such kind, nor are they when the last is missing.
        QVERIFY(binaryKind("." + withNul).value_or("none") != kind.toStdString());
        QVERIFY(binaryKind(whole.substr(0, whole.size() - 1)).value_or("none")
                != kind.toStdString());
    }

    void zerosTellABinaryFile_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("kind");
        QTest::newRow("nothing") << QByteArray() << QByteArray("none");
        QTest::newRow("text") << QByteArray("a\n") << QByteArray("none");
        QTest::newRow("a NUL") << QByteArray("a\0", 2) << QByteArray("a binary file");
        QTest::newRow("UTF-16 LE") << QByteArray("\xFF\xFE"
                                                 "a\0",
                                                 4)
                                   << QByteArray("none");
        QTest::newRow("UTF-16 BE") << QByteArray("\xFE\xFF\0a", 4) << QByteArray("none");
        QTest::newRow("UTF-16 without a mark")
            << QByteArray("\0a", 2) << QByteArray("a binary file");
    }
    void zerosTellABinaryFile()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, kind);
        QCOMPARE(QByteArray::fromStdString(binaryKind(bytes.toStdString()).value_or("none")), kind);
    }

    void sizesAreShown_data()
    {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<QString>("shown");
        const auto row = [](quint64 bytes, const char *shown) {
            QTest::newRow(shown) << bytes << QString(shown);
        };
        row(0, "0 bytes");
        row(1, "1 byte");
        row(2, "2 bytes");
        row(1048575, "1048575 bytes");
        row(1048576, "1048576 bytes (1.0 MiB)");
        row(1572864, "1572864 bytes (1.5 MiB)");
        row(107374182400, "107374182400 bytes (102400.0 MiB)");
    }
    void sizesAreShown()
    {
        QFETCH(quint64, bytes);
        QFETCH(QString, shown);
        QCOMPARE(QString::fromStdString(shownSize(bytes)), shown);
    }
};

ORRERY_TEST(TestFileKind)
#include "tst_filekind.moc"
