// What the web asks of SunPKCS11: a signed XML document and a visit with a client certificate.
//   java Web.java CONFIGURATION PIN CA.pem STEP...      STEP: xml, or an https:// address whose page is printed
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;

public final class Web {
    private final KeyStore store;
    private final String alias;
    private final char[] pin;

    private Web(String configuration, char[] pin) throws Exception {
        // Behind the software providers, which go on to hash and to make random numbers.
        final Provider provider = Security.getProvider("SunPKCS11").configure(configuration);
        Security.addProvider(provider);
        this.pin = pin;
        store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, pin);
        alias = Collections.list(store.aliases()).get(0);
    }

    private void xml() throws Exception {
        final X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
        final DocumentBuilderFactory builders = DocumentBuilderFactory.newInstance();
        builders.setNamespaceAware(true);
        final byte[] text = "<filing><name>Hanako</name></filing>".getBytes(StandardCharsets.UTF_8);
        final Document document = builders.newDocumentBuilder().parse(new ByteArrayInputStream(text));

        final XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        final SignedInfo info = factory.newSignedInfo(
            factory.newCanonicalizationMethod(CanonicalizationMethod.INCLUSIVE, (C14NMethodParameterSpec) null),
            factory.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null),
            List.of(factory.newReference("", factory.newDigestMethod(DigestMethod.SHA256, null),
                List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null)), null, null)));
        final KeyInfoFactory keys = factory.getKeyInfoFactory();
        factory.newXMLSignature(info, keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate)))))
            .sign(new DOMSignContext((PrivateKey) store.getKey(alias, null), document.getDocumentElement()));

        final var signature = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
        final var context = new DOMValidateContext(certificate.getPublicKey(), signature);
        System.out.println(factory.unmarshalXMLSignature(context).validate(context) ? "valid" : "INVALID");
    }

    private void visit(String address, String authority) throws Exception {
        final KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, pin);
        final KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream file = new FileInputStream(authority)) {
            trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        final TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        final HttpsURLConnection connection = (HttpsURLConnection) new URL(address).openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        try (InputStream page = connection.getInputStream()) {
            System.out.println(new String(page.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    public static void main(String[] arguments) throws Exception {
        final Web web = new Web(arguments[0], arguments[1].toCharArray());
        for (int i = 3; i < arguments.length; i++) {
            if (arguments[i].equals("xml")) web.xml();
            else web.visit(arguments[i], arguments[2]);
        }
    }
}
