// Drives litemall's ExpressService, whose reader fails on any key it does not know.
import org.linlinjava.litemall.core.express.ExpressService;
import org.linlinjava.litemall.core.express.config.ExpressProperties;
import org.linlinjava.litemall.core.express.dao.ExpressInfo;

public class Main {
    public static void main(String[] unused) {
        ExpressProperties settings = new ExpressProperties();
        settings.setEnable(true);
        settings.setAppId(System.getenv("KDN_ID"));
        settings.setAppKey(System.getenv("KDN_KEY"));
        ExpressService service = new ExpressService();
        service.setProperties(settings);
        ExpressInfo info = service.getExpressInfo(
            System.getenv("KDN_SHIPPER"), System.getenv("KDN_NUMBER"));
        System.out.printf(
            "{\"state\": \"%s\", \"traces\": %d, \"success\": %s}%n",
            info.getState(), info.getTraces().size(), info.getSuccess());
    }
}
