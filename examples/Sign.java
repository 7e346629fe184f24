// Signs an XML document with a JPKI card: XML-DSig, enveloped, exclusive C14N, RSA with SHA-256, as e-filing uses it.
//
//   java Sign.java jpki-pkcs11-sign.so form.xml signed.xml
//   xmlsec1 --verify --trusted-pem sign-ca.pem signed.xml
//
// Needs Java 17 or later and nothing else. The module is one that shows a single token: jpki-pkcs11-auth.so or
// jpki-pkcs11-sign.so. Java cannot choose a token by its label, and it cannot tell how many tries are left.
import java.io.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.X509Certificate;
import java.util.*;
import javax.xml.XMLConstants;
import javax.xml.crypto.dsig.*;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.*;
import javax.xml.crypto.dsig.spec.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;

public class Sign {
    // What PKCS#11 answers, in words; Java has it at the bottom of a pile of exceptions.
    private static final Map<String, String> MEANING = Map.of(
        "CKR_PIN_INCORRECT", "The PIN is wrong.",
        "CKR_PIN_LOCKED", "The PIN is locked; the municipal office can set a new one.",
        "CKR_FUNCTION_CANCELED", "The PIN was not sent: one try is left and is kept (last_try in pkcs11.conf).",
        "CKR_DEVICE_REMOVED", "The card was taken out; put it back and start again.",
        "CKR_SESSION_HANDLE_INVALID", "The card was taken out; put it back and start again.",
        "Token has been removed", "The card was taken out; put it back and start again.", // Java's own words
        "CKR_DEVICE_ERROR", "The card or the reader failed.");

    // The first slot with a JPKI card in it. A slot without one has no key store; behind the last there is no slot.
    private static Provider findToken(String name) throws Exception {
        Path module = Path.of(name).toAbsolutePath();
        for (int slot = 0;; ++slot) {
            Provider provider;
            try {
                provider = Security.getProvider("SunPKCS11").configure(
                    "--name = JPKI" + slot + "\nlibrary = " + module + "\nslotListIndex = " + slot + "\n");
            } catch (InvalidParameterException | ProviderException none) {
                Throwable why = none.getCause() == null ? none : none.getCause();
                throw new IOException("No JPKI card in any reader. Is the card in place, and does pcscd run?"
                    + (slot == 0 ? " (" + why.getMessage() + ")" : ""));
            }
            if (provider.getService("KeyStore", "PKCS11") == null) continue;
            Security.addProvider(provider); // behind the others: as the first it would be asked for hashes, too
            return provider;
        }
    }

    private static char[] readPin(String file) throws IOException {
        if (file == null) {
            Console console = System.console();
            if (console == null) throw new IOException("No terminal to ask for the PIN: give it by --pin-file.");
            return console.readPassword("PIN: ");
        }
        try (InputStream in = Files.newInputStream(Path.of(file))) { // never a String: it could not be wiped
            byte[] bytes = new byte[64];
            int end = 0;
            // Not readNBytes(), which seeks in newer Javas: a pipe cannot.
            for (int got; end < bytes.length && (got = in.read(bytes, end, bytes.length - end)) > 0;) end += got;
            int length = 0;
            while (length < end && bytes[length] != '\n') ++length;
            char[] pin = new char[length];
            for (int i = 0; i < length; ++i) pin[i] = (char) bytes[i];
            Arrays.fill(bytes, (byte) 0);
            return pin;
        }
    }

    private static Document parse(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true); // no files by entities
        return factory.newDocumentBuilder().parse(Path.of(file).toFile());
    }

    private static void sign(Document document, PrivateKey key, X509Certificate[] chain) throws Exception {
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        Reference whole = factory.newReference("", factory.newDigestMethod(DigestMethod.SHA256, null),
            List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                factory.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null)), null, null);
        SignedInfo info = factory.newSignedInfo(
            factory.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
            factory.newSignatureMethod(SignatureMethod.RSA_SHA256, null), List.of(whole));
        KeyInfoFactory keys = factory.getKeyInfoFactory();
        KeyInfo owner = keys.newKeyInfo(List.of(keys.newX509Data(List.of(chain))));
        factory.newXMLSignature(info, owner).sign(new DOMSignContext(key, document.getDocumentElement()));
    }

    // The login, the signature, the logout. One attempt: whoever tries again spends another try.
    private static void useToken(Provider provider, char[] pin, Document document) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS11", provider);
        try {
            store.load(null, pin);
            for (String alias : Collections.list(store.aliases())) {
                if (!store.isKeyEntry(alias)) continue;
                var chain = Arrays.stream(store.getCertificateChain(alias)).toArray(X509Certificate[]::new);
                sign(document, (PrivateKey) store.getKey(alias, null), chain);
                return;
            }
            throw new IOException("There is no key on the card.");
        } finally {
            Arrays.fill(pin, '\0');
            ((AuthProvider) provider).logout();
        }
    }

    private static void run(String module, String in, String out, String pinFile) throws Exception {
        Document document = parse(in); // before anybody types a PIN
        Provider provider = findToken(module);
        char[] pin = readPin(pinFile);
        if (pin == null || pin.length == 0) throw new IOException("No PIN given.");
        useToken(provider, pin, document);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(text));
        Files.write(Path.of(out), text.toByteArray());
        System.out.printf("%s: signed, %d bytes in %s%n", in, text.size(), out);
    }

    private static String explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && MEANING.containsKey(cause.getMessage()))
                return MEANING.get(cause.getMessage());
        }
        return failure.getClass() == IOException.class ? failure.getMessage() : failure.toString();
    }

    public static void main(String[] arguments) {
        boolean hasFile = arguments.length == 5 && arguments[0].equals("--pin-file");
        if (arguments.length != 3 && !hasFile) {
            System.err.println("Usage: java Sign.java [--pin-file FILE] MODULE IN.xml OUT.xml");
            System.exit(2);
        }
        int first = hasFile ? 2 : 0;
        try {
            run(arguments[first], arguments[first + 1], arguments[first + 2], hasFile ? arguments[1] : null);
        } catch (Exception failure) {
            System.err.println(explain(failure));
            System.exit(1);
        }
    }
}
