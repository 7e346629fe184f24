// A Java program that goes on running whatever happens to the card. For each line on its input it signs and prints
// "signed NAME", or "failed REASON". After a failure it loads the key store anew, as a program has to: SunPKCS11 never
// uses an old key again once the card was out.
//   java Running.java CONFIGURATION PIN
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.Collections;

public final class Running {
    private static KeyStore store;

    private static void load(Provider provider, char[] pin) throws Exception {
        store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, pin);
    }

    private static String sign() throws GeneralSecurityException {
        final String alias = Collections.list(store.aliases()).get(0);
        final X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
        final Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign((PrivateKey) store.getKey(alias, null));
        signer.update(new byte[1000]);
        final byte[] signature = signer.sign();
        final Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(new byte[1000]);
        if (!verifier.verify(signature)) throw new SignatureException("does not verify");
        return certificate.getSubjectX500Principal().getName();
    }

    public static void main(String[] arguments) throws Exception {
        final Provider provider = Security.getProvider("SunPKCS11").configure(arguments[0]);
        Security.addProvider(provider);
        final BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        boolean loaded = false;
        while (input.readLine() != null) {
            try {
                if (!loaded) load(provider, arguments[1].toCharArray());
                loaded = true;
                System.out.println("signed " + sign());
            } catch (Exception error) {
                loaded = false;
                final Throwable cause = error.getCause() == null ? error : error.getCause();
                System.out.println("failed " + error + " / " + cause);
            }
        }
    }
}
